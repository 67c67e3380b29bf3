//! From the model to code. Nothing can go wrong any more.

mod call;
mod request;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::model::{Form, Handler, Parameter, Source};
use crate::hygiene::{at, wire_name};
use crate::{garde, hygiene, item};

pub(super) use request::{answer, request_trait};

/// The request type and its implementations, to stand beside the function.
pub(crate) fn expand(handler: &Handler) -> TokenStream {
    let request_type = request::request_type(handler);
    let request = request::request(handler);
    let implementation = implementation(handler);
    quote! {
        #request_type
        #request
        #implementation
    }
}

fn implementation(handler: &Handler) -> TokenStream {
    let Handler { private, cfgs, lints, deprecated, .. } = handler;
    // The code beside a deprecated function uses it, which is no news to its user.
    let allow = deprecated.as_ref().map(|_| quote!(#[allow(deprecated)]));
    let name = hygiene::ident(&handler.request);
    let place = place(handler);
    let doc = item::doc(&handler.docs, deprecated.as_ref(), private);
    let requirements = requirements(handler);
    let validate = validate(handler);
    let call = call::call(handler);
    let describe_incoming = describe_incoming(handler);
    let schema_id = schema_id(handler);
    let by_name = (!handler.is_whole()).then(|| quote!(const BY_NAME: #private::core::primitive::bool = true;));
    let timeout = timeout(handler);
    let permission = item::permission("PERMISSION", handler.permission.as_ref(), private);
    let detached = handler.detached.is_some().then(|| quote!(const DETACHED: #private::core::primitive::bool = true;));
    let incoming = handler.incoming().map(|_| quote!(const TAKES_INCOMING: #private::core::primitive::bool = true;));
    let sensitive = sensitive(handler);
    let output = output(handler);
    // What is wrong with the answer's type is told where it stands.
    let header = match &handler.form {
        Form::Function => quote!(impl #private::Handler for #name),
        Form::Method { service, instance } => {
            quote!(impl<#instance: #service> #private::Handler<#private::std::sync::Arc<#instance>> for #name)
        }
    };
    let header = hygiene::shown_at(&header, handler.output.span());
    quote! {
        #(#cfgs)*
        #(#lints)*
        #allow
        #header {
            #place
            #doc
            #by_name
            #timeout
            #permission
            #detached
            #incoming
            #sensitive
            #schema_id
            #output
            #requirements
            #describe_incoming
            #validate
            #call
        }
    }
}

/// What the handler answers with.
fn output(handler: &Handler) -> TokenStream {
    let private = &handler.private;
    let kind = if handler.stream.is_some() { quote!(Many) } else { quote!(Once) };
    let output = quote!(#private::#kind<Self>);
    // What cannot travel is told where it stands.
    let output = hygiene::shown_at(&output, handler.output.span());
    quote!(type Output = #output;)
}

/// The schema of what the caller sends beside the request.
fn describe_incoming(handler: &Handler) -> Option<TokenStream> {
    let Handler { private, .. } = handler;
    let (option, schemars) = (quote!(#private::core::option::Option), quote!(#private::schemars));
    let ty = &handler.incoming()?.ty;
    let shown = hygiene::shown_at(private, ty.span());
    let describe = quote_spanned!(at(ty.span())=> <#ty as #shown::IncomingParameter>::describe);
    Some(quote_spanned! {Span::mixed_site()=>
        fn describe_incoming(generator: &mut #schemars::SchemaGenerator) -> #option<#schemars::Schema> {
            #option::Some(#describe(generator))
        }
    })
}

/// The function's path and place.
pub(super) fn place(handler: &Handler) -> TokenStream {
    let name = match &handler.form {
        Form::Function => wire_name(&handler.name),
        Form::Method { service, .. } => format!("{}::{}", wire_name(service), wire_name(&handler.name)),
    };
    item::place(&name, handler.name.span(), &handler.private)
}

/// The parameters whose values are told to nobody.
fn sensitive(handler: &Handler) -> Option<TokenStream> {
    let private = &handler.private;
    let marked: Vec<_> =
        handler.payload().filter(|parameter| parameter.sensitive.is_some()).map(Parameter::path).collect();
    let text = quote!(&'static #private::core::primitive::str);
    (!marked.is_empty()).then(|| quote!(const SENSITIVE: &'static [#text] = &[#(#marked),*];))
}

/// The id that the schema of the struct has, where that is not the path of the function.
fn schema_id(handler: &Handler) -> Option<TokenStream> {
    let Handler { private, request, .. } = handler;
    let request = wire_name(request);
    matches!(handler.form, Form::Method { .. }).then(|| {
        quote! {
            const SCHEMA_ID: &'static #private::core::primitive::str =
                #private::core::concat!(#private::core::module_path!(), "::", #request);
        }
    })
}

/// How long the handler may take.
fn timeout(handler: &Handler) -> Option<TokenStream> {
    let core = {
        let private = &handler.private;
        quote!(#private::core)
    };
    // The option is refused where its time is none.
    let time = handler.timeout.as_ref()?.time?;
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    Some(quote! {
        const TIMEOUT: #core::option::Option<#core::time::Duration> =
            #core::option::Option::Some(#core::time::Duration::from_millis(#millis));
    })
}

fn requirements(handler: &Handler) -> TokenStream {
    let private = &handler.private;
    let needs = handler.parameters.iter().filter(|parameter| parameter.source == Source::Context).map(|parameter| {
        let ty = &parameter.ty;
        quote_spanned!(at(ty.span())=> <#ty as #private::FromContext>::requirements(needs);)
    });
    quote_spanned! {Span::mixed_site()=>
        fn requirements(needs: &mut #private::Requirements) {
            #(#needs)*
        }
    }
}

fn validate(handler: &Handler) -> TokenStream {
    let private = &handler.private;
    let checks = handler.payload().map(|parameter| {
        let name = parameter.name.as_ref().map(hygiene::ident);
        let path = parameter.path();
        let value = quote_spanned!(Span::mixed_site()=> &self.#name);
        let sensitive = parameter.sensitive.is_some();
        let own = quote_spanned!(Span::mixed_site()=> (&#private::Probe(#value)).check(#path, issues));
        let own = match sensitive {
            true => quote_spanned!(Span::mixed_site()=> issues.push_hidden(|issues| #own);),
            false => quote!(#own;),
        };
        let own = hygiene::shown_at(&own, parameter.ty.span());
        let rules = garde::checks(&parameter.rules, &value, &path, sensitive, private);
        quote!(#own #rules)
    });
    quote_spanned! {Span::mixed_site()=>
        fn validate(&self, issues: &mut #private::Issues) {
            use #private::{CheckPlain as _, CheckValidated as _};
            #(#checks)*
        }
    }
}
