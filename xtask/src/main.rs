//! Chores. 
fn main(){}
