//! The macros of IPC Bridge.

mod diagnostics;
mod docs;
mod garde;
mod handler;
mod hygiene;
mod ipc_error;

use proc_macro::TokenStream;

/// Makes a function answer a channel.
#[proc_macro_attribute]
pub fn handler(args: TokenStream, item: TokenStream) -> TokenStream {
    handler::attribute(args.into(), item.into()).into()
}

/// Makes an error travel.
#[proc_macro_derive(IpcError, attributes(ipc))]
pub fn ipc_error(item: TokenStream) -> TokenStream {
    ipc_error::derive(item.into()).into()
}
