//! The OCF access-control list, `/oic/sec/acl2`.
#![no_std]
