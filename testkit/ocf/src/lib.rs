//! What tests of OCF lists share: the replay of recorded answers ([`traces`]), and
//! where and why ours differ ([`table`]).
// Their names say what they are; the reader is at home here.
#![allow(missing_docs, missing_debug_implementations)]

pub mod table;
pub mod traces;
