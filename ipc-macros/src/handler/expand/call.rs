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
    let private = hygiene::shown_at(private, ty.span());
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
    let function = at(handler.name.span());
    let run = match handler.run {
        Run::Now => quote!(#run),
        Run::Later => quote_spanned!(function=> #run.await),
        Run::Blocking => quote_spanned!(function=> #private::blocking(move || #run).await),
    };
    let is_result = is_result(private, output);
    let run = quote_spanned!(at(output.span())=> #private::Outcome::<#is_result>::into_result(#run));
    match handler.run {
        Run::Now => quote!(#private::now::<Self>(#run)),
        Run::Later | Run::Blocking => {
            // A future that is not `Send` is the function's, so that is where the compiler must look.
            let private = hygiene::shown_at(private, handler.name.span());
            quote_spanned!(function=> #private::later::<Self, _>(async move { #run }))
        }
    }
}

/// A stream that borrows nothing.
fn owned_stream(handler: &Handler, stream: &Streamed, run: &TokenStream) -> TokenStream {
    // What is wrong with the stream is told where it stands.
    let (span, is_result) = (stream.stream.span(), items(handler, stream));
    let name = match (handler.run, &stream.opening) {
        (Run::Now, None) => quote!(stream::<Self, #is_result, _>),
        (Run::Now, Some(_)) => quote!(try_stream::<Self, #is_result, _>),
        (_, None) => quote!(stream_later::<Self, #is_result, _, _>),
        (_, Some(_)) => quote!(try_stream_later::<Self, #is_result, _, _>),
    };
    let private = &handler.private;
    let answer = hygiene::shown_at(&quote!(#private::#name), span);
    quote_spanned!(at(span)=> #answer(#run))
}

/// A stream that may borrow from the instance, beside which it lives.
fn lent_stream(handler: &Handler, stream: &Streamed, run: &TokenStream) -> TokenStream {
    let (span, is_result) = (at(stream.stream.span()), items(handler, stream));
    let private = hygiene::shown_at(&handler.private, stream.stream.span());
    let run = match handler.run {
        Run::Now => quote!(#run),
        _ => quote_spanned!(at(handler.name.span())=> #run.await),
    };
    let drain = |stream: &TokenStream| quote_spanned!(span=> slot.drain::<#is_result>(#stream).await);
    let drain = match &stream.opening {
        None => drain(&run),
        Some(_) => {
            let (result, drain) = (quote!(#private::core::result::Result), drain(&quote_spanned!(span=> stream)));
            quote_spanned! {span=>
                match #run {
                    #result::Ok(stream) => #drain,
                    #result::Err(error) => slot.fail(error),
                }
            }
        }
    };
    quote_spanned!(span=> #private::lent_stream::<Self, _, _>(move |slot| async move { #drain }))
}

/// Whether the items of a stream are results. A stream that does not say what it is made of is refused.
fn items(handler: &Handler, stream: &Streamed) -> Option<TokenStream> {
    stream.item.as_ref().map(|item| is_result(&handler.private, item))
}
