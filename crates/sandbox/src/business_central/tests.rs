//! One test a fact: the checklist of the facts, §10.
