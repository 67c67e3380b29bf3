//! A handler written by hand, as the macro writes it.
#![allow(missing_docs, non_camel_case_types, reason = "what the macro writes")]
use ipc_core::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct fetch {
    id: u64,
}
async fn fetch(store: State<String>, id: u64) -> Result<String, std::convert::Infallible> {
    Ok(format!("{}{id}", *store))
}

impl Request for fetch {
    const CHANNEL: &'static str = "data:fetch";
    type Response = <Result<String, std::convert::Infallible> as __private::Outcome<
        { <__private::ReturnType<Result<String, std::convert::Infallible>>>::IS_RESULT },
    >>::Response;
    type Error = <Result<String, std::convert::Infallible> as __private::Outcome<
        { <__private::ReturnType<Result<String, std::convert::Infallible>>>::IS_RESULT },
    >>::Error;
}
impl Handler for fetch {
    const ITEM: HandlerItem = HandlerItem::new(concat!(module_path!(), "::fetch"), file!(), line!());
    const DOC: HandlerDoc = HandlerDoc::new("", None);
    fn requirements(needs: &mut Requirements) {
        <State<String> as FromContext>::requirements(needs);
    }
    fn validate(&self, issues: &mut Issues) {
        use __private::{CheckPlain as _, CheckValidated as _};
        (&__private::Probe(&self.id)).check("id", issues);
        if let Err(error) = __private::garde::rules::range::apply(&self.id, (Some(1), None)) {
            issues.push("id", error);
        }
    }
    fn call(
        self,
        cx: &Context,
    ) -> Result<
        __private::Answer<impl Future<Output = Result<Self::Response, Self::Error>> + Send + 'static + use<>>,
        Failure,
    > {
        let Self { id } = self;
        let store = <State<String> as FromContext>::from_context(cx)?;
        Ok(__private::later(async move {
            __private::Outcome::<{ <__private::ReturnType<Result<String, std::convert::Infallible>>>::IS_RESULT }>::into_result(fetch(store, id).await)
        }))
    }
}

#[tokio::test]
async fn works() {
    let router = Router::new().handle::<fetch>();
    println!("{}", router.check().unwrap_err());
    let router = router.state("a".to_owned());
    router.check().unwrap();
    assert_eq!(router.invoke(fetch { id: 7 }).await.unwrap(), "a7");
    let e = router.invoke(fetch { id: 0 }).await.unwrap_err();
    println!("{e} {:?}", e);
    let mut out = vec![];
    let _ = router.dispatch(b"data:fetch", b"{\"idd\": 3}", &mut router.context(Peer::unknown()), &mut out);
    println!("{}", String::from_utf8(out).unwrap());
}
