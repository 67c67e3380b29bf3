//! The call of the user's function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::request::is_result;
use crate::handler::model::{Form, Handler, Parameter, Run, Source};
use crate::handler::stream::Streamed;
use crate::hygiene;
use crate::hygiene::at;

/// `Handler::call`.
pub(super) fn call(handler: &Handler) -> TokenStream {
    let private = &handler.private;
    let local = Span::mixed_site();
    let result = quote!(#private::core::result::Result);
    let arguments: Vec<Ident> =
        (0..handler.parameters.len()).map(|index| format_ident!("argument_{index}", span = local)).collect();
    let of = |wanted: &'static [Source]| {
        handler.parameters.iter().zip(&arguments).filter(move |(parameter, _)| wanted.contains(&parameter.source))
    };
    let fields = of(&[Source::Field, Source::Payload]).map(|(parameter, argument)| {
        let name = parameter.name.as_ref().map(hygiene::ident);
        quote!(#name: #argument,)
    });
    // On this side, nothing stands in the field of what is sent beside the request.
    let rest = handler.incoming().map(|_| quote!(..));
    let extracted = of(&[Source::Context]).map(|(parameter, argument)| {
        let ty = &parameter.ty;
        quote_spanned!(at(ty.span())=> let #argument = <#ty as #private::FromContext>::from_context(cx)?;)
    });
    let received = of(&[Source::Incoming]).map(|(parameter, argument)| received(private, parameter, argument));
    // What is wrong with the answer is the function's, so that is where the compiler must look.
    let instance = match &handler.form {
        Form::Function => None,
        Form::Method { instance, .. } => Some(instance),
    };
    let answer = quote!(impl #private::Answer<Self::Output> + use<#instance>);
    let answer = hygiene::shown_at(&quote!(-> #result<#answer, #private::Failure>), handler.name.span());
    let function = at(handler.name.span());
    let name = hygiene::ident(&handler.name);
    let (receiver, share, run) = match &handler.form {
        Form::Function => (quote!((): &()), None, quote_spanned!(function=> #name(#(#arguments),*))),
        Form::Method { service, instance } => {
            let receiver = Ident::new("receiver", local);
            let arc = quote!(#private::std::sync::Arc);
            // What outlives this call, a future, a stream, a thread of its own, holds the instance too.
            let outlives = handler.run != Run::Now || handler.stream.is_some();
            let share = outlives.then(|| quote!(let #receiver = #arc::clone(#receiver);));
            let borrowed = share.as_ref().map(|_| quote!(&));
            let run = quote_spanned!(function=> <#instance as #service>::#name(#borrowed #receiver, #(#arguments),*));
            (quote!(#receiver: &#arc<#instance>), share, run)
        }
    };
    let run = match handler.run {
        Run::Now => run,
        Run::Later => quote_spanned!(function=> #run.await),
        Run::Blocking => quote_spanned!(function=> #private::blocking(move || #run).await),
    };
    let run = match (&handler.stream, &handler.form) {
        (None, _) => once(handler, &run),
        (Some(stream), Form::Function) => owned_stream(handler, stream, &run),
        (Some(stream), Form::Method { .. }) => lent_stream(handler, stream, &run),
    };
    quote_spanned! {local=>
        fn call(self, #receiver, cx: &#private::Context) #answer {
            let Self { #(#fields)* #rest } = self;
            #(#extracted)*
            #(#received)*
            #share
            #result::Ok(#run)
        }
    }
}

/// What the caller sends, each item of which is checked as a payload is.
fn received(private: &TokenStream, parameter: &Parameter, argument: &Ident) -> TokenStream {
    let ty = &parameter.ty;
    let check = quote_spanned! {Span::mixed_site()=>
        |item, issues| {
            use #private::{CheckPlain as _, CheckValidated as _};
            (&#private::Probe(item)).check("", issues);
        }
    };
    let check = hygiene::shown_at(&check, ty.span());
    quote_spanned!(at(ty.span())=> let #argument = <#ty as #private::IncomingParameter>::of_call(cx, #check);)
}

/// An answer that comes once.
fn once(handler: &Handler, run: &TokenStream) -> TokenStream {
    let Handler { private, output, .. } = handler;
    let is_result = is_result(private, output);
    let run = quote_spanned!(at(output.span())=> #private::Outcome::<#is_result>::into_result(#run));
    match handler.run {
        Run::Now => quote!(#private::now(#run)),
        Run::Later | Run::Blocking => {
            // A future that is not `Send` is the function's, so that is where the compiler must look.
            let function = handler.name.span();
            let private = hygiene::shown_at(private, function);
            quote_spanned!(at(function)=> #private::later(async move { #run }))
        }
    }
}

/// A stream that borrows nothing.
fn owned_stream(handler: &Handler, stream: &Streamed, run: &TokenStream) -> TokenStream {
    let Items { private, result, kind } = &Items::of(handler, stream);
    // A stream that is not `Send` is what the function returns, so that is where the compiler must look.
    let span = at(stream.stream.span());
    let open = match (handler.run, &stream.opening) {
        (Run::Now, None) => quote_spanned!(span=> #private::opened_now::<#kind>(#run)),
        (Run::Now, Some(_)) => {
            let run = quote_spanned!(span=> #result::map(#run, #private::outcomes::<#kind>));
            quote_spanned!(span=> #private::core::future::ready(#run))
        }
        (_, None) => quote_spanned!(span=> async move { #private::opened::<#kind>(#run) }),
        (_, Some(_)) => quote_spanned!(span=> async move { #result::map(#run, #private::outcomes::<#kind>) }),
    };
    quote_spanned!(span=> #private::stream(#open))
}

/// A stream that may borrow from the instance, beside which it lives.
fn lent_stream(handler: &Handler, stream: &Streamed, run: &TokenStream) -> TokenStream {
    let Items { private, result, kind } = &Items::of(handler, stream);
    let span = at(stream.stream.span());
    let drain = |stream: &TokenStream| quote_spanned!(span=> slot.drain(#private::outcomes::<#kind>(#stream)).await);
    let drain = match &stream.opening {
        None => drain(run),
        Some(_) => {
            let drain = drain(&quote_spanned!(span=> stream));
            quote_spanned! {span=>
                match #run {
                    #result::Ok(stream) => #drain,
                    #result::Err(error) => slot.fail(error),
                }
            }
        }
    };
    let lent = quote_spanned!(span=> #private::lent(move |slot| async move { #drain }));
    quote_spanned!(span=> #private::stream(#private::core::future::ready(#result::Ok(#lent))))
}

/// What the code of a stream names.
struct Items {
    private: TokenStream,
    result: TokenStream,
    /// The arguments of what makes results of the items.
    kind: TokenStream,
}

impl Items {
    fn of(handler: &Handler, stream: &Streamed) -> Self {
        let private = hygiene::shown_at(&handler.private, stream.stream.span());
        let is_result = stream.item.as_ref().map(|item| is_result(&private, item));
        let kind = quote!(#is_result, <Self as #private::StreamRequest>::Error, _);
        let kind = match &stream.item {
            // An item that fails with another error than the opening is the user's own type.
            Some(item) => hygiene::shown_at(&kind, item.span()),
            None => kind,
        };
        Self { result: quote!(#private::core::result::Result), private, kind }
    }
}
