//! A small in-process LwM2M client: for trying, teaching and testing access
//! control on a machine without Anjay. It speaks no network protocol.
//!
//! Applications see Anjay's C API (`sandbox/include`); operations of servers
//! come as lines of text (`COMMANDS.md`). What a server may do is asked of the
//! engine, through the same C host interface that any other client uses; no
//! rule of access control stands here.
//!
//! Handlers of the application may call any function of the API again. So the
//! state of a client is borrowed only inside `client::Client::with`, for
//! closures that call nothing; whatever is called, is called with copies.

mod answer;
mod attributes;
mod builtin;
mod client;
mod command;
pub mod ffi;
mod help;
mod lexer;
mod lock;
mod object;
mod observe;
mod operations;
mod path;
mod show;
mod transaction;
mod value;
mod words;
mod writing;
