//! From the model to code. Nothing can go wrong any more.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Lit, Meta};

use super::model::{Form, Handler, Parameter, Run, Source};
use crate::hygiene::{at, text, wire_name};
use crate::{docs, garde, hygiene};

/// The request type and its implementations, to stand beside the function.
pub(crate) fn expand(handler: &Handler) -> TokenStream {
    let request_type = request_type(handler);
    let request = request(handler);
    let implementation = implementation(handler);
    quote! {
        #request_type
        #request
        #implementation
    }
}

/// The struct whose fields are what travels.
pub(crate) fn request_type(handler: &Handler) -> TokenStream {
    let Handler { private, cfgs, lints, docs, deprecated, vis, .. } = handler;
    let name = hygiene::ident(&handler.request);
    let [serde_path, schemars_path] = ["serde", "schemars"].map(|package| format!("{}::{package}", text(private)));
    let shape = if handler.is_whole() { quote!(transparent) } else { quote!(deny_unknown_fields) };
    let fields = handler.payload().map(|parameter| {
        let Parameter { ty, docs, .. } = parameter;
        let name = parameter.name.as_ref().map(hygiene::ident);
        let schema = garde::schema(&parameter.rules, private);
        // A field must have a doc comment where the lint asks for one, and an empty one stays out of the schema.
        let undocumented = docs.is_empty().then(|| quote!(#[doc = ""]));
        quote!(#(#docs)* #undocumented #schema #vis #name: #ty)
    });
    let undocumented = docs.is_empty().then(|| quote!(#[doc = ""]));
    // `#[deprecated]` itself would warn of the very implementations that the derive macros write.
    let deprecated = deprecated.as_ref().map(|_| quote!(#[schemars(extend("deprecated" = true))]));
    quote! {
        #(#cfgs)*
        #(#lints)*
        #(#docs)*
        #undocumented
        #[derive(#private::serde::Serialize, #private::serde::Deserialize, #private::schemars::JsonSchema)]
        #[serde(crate = #serde_path, #shape)]
        #[schemars(crate = #schemars_path)]
        #deprecated
        #vis struct #name {
            #(#fields),*
        }
    }
}

fn request(handler: &Handler) -> TokenStream {
    let Handler { private, cfgs, lints, channel, .. } = handler;
    let name = hygiene::ident(&handler.request);
    let outcome = outcome(handler);
    quote! {
        #(#cfgs)*
        #(#lints)*
        impl #private::Request for #name {
            const CHANNEL: &'static #private::core::primitive::str = #channel;
            type Response = #outcome::Response;
            type Error = #outcome::Error;
        }
    }
}

fn implementation(handler: &Handler) -> TokenStream {
    let Handler { private, cfgs, lints, deprecated, .. } = handler;
    // The code beside a deprecated function uses it, which is no news to its user.
    let allow = deprecated.as_ref().map(|_| quote!(#[allow(deprecated)]));
    let name = hygiene::ident(&handler.request);
    let item = item(handler);
    let doc = doc(handler);
    let requirements = requirements(handler);
    let validate = validate(handler);
    let call = call(handler);
    let schema_id = schema_id(handler);
    let by_name = (!handler.is_whole()).then(|| quote!(const BY_NAME: #private::core::primitive::bool = true;));
    let timeout = timeout(handler);
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
            #item
            #doc
            #by_name
            #timeout
            #schema_id
            #requirements
            #validate
            #call
        }
    }
}

/// The function's return type as an `Outcome`.
fn outcome(handler: &Handler) -> TokenStream {
    let output = &handler.output;
    let private = hygiene::shown_at(&handler.private, output.span());
    let is_result = is_result(handler);
    quote_spanned!(at(output.span())=> <#output as #private::Outcome<#is_result>>)
}

/// Whether the return type is a `Result`, found by the compiler.
pub(super) fn is_result(handler: &Handler) -> TokenStream {
    let Handler { private, output, .. } = handler;
    quote!({
        use #private::NotAResult as _;
        <#private::ReturnType<#output>>::IS_RESULT
    })
}

/// The function's path and place.
pub(super) fn item(handler: &Handler) -> TokenStream {
    let private = &handler.private;
    let name = match &handler.form {
        Form::Function => wire_name(&handler.name),
        Form::Method { service, .. } => format!("{}::{}", wire_name(service), wire_name(&handler.name)),
    };
    // The compiler counts the lines of its own macros from where the user's tokens stand.
    let [file, line] = [quote!(#private::core::file!()), quote!(#private::core::line!())]
        .map(|tokens| hygiene::respanned(&tokens, handler.name.span()));
    quote! {
        const ITEM: #private::HandlerItem = #private::HandlerItem::new(
            #private::core::concat!(#private::core::module_path!(), "::", #name),
            #file,
            #line,
        );
    }
}

fn doc(handler: &Handler) -> TokenStream {
    let Handler { private, docs, deprecated, .. } = handler;
    let text = docs::text(docs, private);
    let option = quote!(#private::core::option::Option);
    let deprecated = match deprecated {
        Some(attr) => {
            let note = note(attr).unwrap_or_default();
            quote!(#option::Some(#note))
        }
        None => quote!(#option::None),
    };
    quote! {
        const DOC: #private::HandlerDoc = #private::HandlerDoc::new(#text, #deprecated);
    }
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

/// The note of `#[deprecated]`.
fn note(attr: &Attribute) -> Option<String> {
    let mut note = None;
    match &attr.meta {
        Meta::Path(_) => {}
        Meta::NameValue(meta) => note = text_of(&meta.value),
        Meta::List(_) => {
            let read = attr.parse_nested_meta(|meta| {
                let value: Expr = meta.value()?.parse()?;
                if meta.path.is_ident("note") {
                    note = text_of(&value);
                }
                Ok(())
            });
            if read.is_err() {
                // The compiler reports what is wrong with its own attribute.
                return None;
            }
        }
    }
    note
}

fn text_of(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
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
        let own = quote_spanned!(Span::mixed_site()=> (&#private::Probe(#value)).check(#path, issues););
        let own = hygiene::shown_at(&own, parameter.ty.span());
        let rules = garde::checks(&parameter.rules, &value, &path, private);
        quote!(#own #rules)
    });
    quote_spanned! {Span::mixed_site()=>
        fn validate(&self, issues: &mut #private::Issues) {
            use #private::{CheckPlain as _, CheckValidated as _};
            #(#checks)*
        }
    }
}

fn call(handler: &Handler) -> TokenStream {
    let private = &handler.private;
    let local = Span::mixed_site();
    let (result, answer) = (quote!(#private::core::result::Result), quote!(#private::Answer));
    let arguments: Vec<Ident> =
        (0..handler.parameters.len()).map(|index| format_ident!("argument_{index}", span = local)).collect();
    let with_arguments = || handler.parameters.iter().zip(&arguments);
    let fields =
        with_arguments().filter(|(parameter, _)| parameter.source != Source::Context).map(|(parameter, argument)| {
            let name = parameter.name.as_ref().map(hygiene::ident);
            quote!(#name: #argument)
        });
    let extracted =
        with_arguments().filter(|(parameter, _)| parameter.source == Source::Context).map(|(parameter, argument)| {
            let ty = &parameter.ty;
            quote_spanned!(at(ty.span())=> let #argument = <#ty as #private::FromContext>::from_context(cx)?;)
        });
    // A future that is not `Send` is the function's, so that is where the compiler must look.
    let function = at(handler.name.span());
    let instance = match &handler.form {
        Form::Function => None,
        Form::Method { instance, .. } => Some(instance),
    };
    let future = quote! {
        impl #private::core::future::Future<
            Output = #result<Self::Response, Self::Error>
        > + #private::core::marker::Send + 'static + use<#instance>
    };
    let answer = hygiene::shown_at(&quote!(-> #result<#answer<#future>, #private::Failure>), handler.name.span());
    let name = hygiene::ident(&handler.name);
    let (receiver, share, run) = match &handler.form {
        Form::Function => (quote!((): &()), None, quote_spanned!(function=> #name(#(#arguments),*))),
        Form::Method { service, instance } => {
            let receiver = Ident::new("receiver", local);
            let arc = quote!(#private::std::sync::Arc);
            // A future that outlives this call, and a thread of its own, hold the instance too.
            let share = (handler.run != Run::Now).then(|| quote!(let #receiver = #arc::clone(#receiver);));
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
    let is_result = is_result(handler);
    let output = handler.output.span();
    let run = quote_spanned!(at(output)=> #private::Outcome::<#is_result>::into_result(#run));
    let run = match handler.run {
        Run::Now => quote!(#private::now(#run)),
        Run::Later | Run::Blocking => quote_spanned!(function=> #private::later(async move { #run })),
    };
    quote_spanned! {local=>
        fn call(self, #receiver, cx: &#private::Context) #answer {
            let Self { #(#fields),* } = self;
            #(#extracted)*
            #share
            #result::Ok(#run)
        }
    }
}
