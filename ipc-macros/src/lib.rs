//! The macros of IPC Bridge.

mod diagnostics;
mod docs;
mod garde;
mod handler;
mod hygiene;

use proc_macro::TokenStream;

/// Makes a function answer a channel.
#[proc_macro_attribute]
pub fn handler(args: TokenStream, item: TokenStream) -> TokenStream {
    handler::attribute(args.into(), item.into()).into()
}
