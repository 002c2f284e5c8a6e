//! From a file on disk to plain bytes of a known kind: archives opened, compression undone, UTF-16 turned.

pub mod bytes;
pub mod limits;
pub mod sniff;
pub mod text;
pub mod unpack;
