//! The macros of IPC Bridge.
