//! Command line. 
fn main(){}
