//! Nested modules, function bodies, macros, visibilities, configurations, types of the names that generated code uses.
#![deny(warnings)]

use ipc_bridge::prelude::*;

mod outer {
    pub(crate) mod inner {
        use ipc_bridge::prelude::*;

        pub struct T;
        pub type C = u64;

        impl FromContext for T {
            fn from_context(_: &Context) -> Result<Self, ipc_bridge::Failure> {
                Ok(Self)
            }
        }

        #[service(prefix = "a:b")]
        pub(in crate::outer) trait Public: std::fmt::Debug {
            #[handler]
            async fn named(&self, #[context] own: T, id: C, id_of: super::super::types::Id) -> C;
            #[handler]
            fn r#loop(&self, r#type: C, receiver: C, instance: C, router: C, caller: C, cx: Context, argument_0: C) -> C {
                r#type + receiver + instance + router + caller + cx.channel().len() as C + argument_0
            }
        }

        #[derive(Debug)]
        pub(super) struct Store;

        impl Public for Store {
            async fn named(&self, _: T, id: C, id_of: crate::types::Id) -> C {
                id + id_of.0
            }
        }
    }

    pub(crate) fn router() -> ipc_bridge::Router {
        let _ = inner::PublicLoopRequest { r#type: 1, receiver: 2, instance: 3, router: 4, caller: 5, argument_0: 6 };
        ipc_bridge::Router::new().service(inner::PublicServer::new(inner::Store))
    }

    pub(crate) async fn call(router: ipc_bridge::Router) {
        let client = inner::PublicClient::new(router);
        let _ = client.named(1, crate::types::Id(2)).await;
        let _ = client.r#loop(1, 2, 3, 4, 5, 6).await;
    }
}

mod types {
    #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
    pub struct Id(pub u64);
}

macro_rules! service_of {
    ($name:ident, $prefix:literal, $method:ident($parameter:ident: $type:ty) -> $answer:ty) => {
        #[service(prefix = $prefix)]
        trait $name {
            #[handler]
            async fn $method(&self, $parameter: $type, own: u8) -> $answer;
        }
    };
}

service_of!(Made, "made", make(small: u32) -> Option<u64>);

#[service(prefix = "chosen")]
trait Chosen {
    #[cfg(any())]
    #[handler("chosen:it")]
    fn absent(&self, id: Nothing) -> Nothing;
    #[cfg(all())]
    #[handler("chosen:it")]
    fn present(&self);
    #[handler]
    #[deprecated]
    fn old(&self) {}
    #[handler("chosen:new")]
    fn make_new(&self, mut id: u64) -> u64 {
        id += 1;
        id
    }
    #[handler]
    #[allow(unused_variables)]
    async fn unused(&self, id: u64) {}
}

#[service]
#[cfg(any())]
trait Absent {
    #[handler("absent:it")]
    fn it(&self) -> Nothing;
}

#[service(prefix = "old")]
#[deprecated]
trait Old {
    #[handler]
    fn it(&self);
}

#[service]
trait WithoutPrefix
where
    Self: Sized,
{
    type Own;
    const OWN: u8 = 7;

    #[handler("without:prefix")]
    fn it(&self) -> u8 {
        Self::OWN
    }
    fn own(&self) -> Self::Own;
}

struct All;

impl Made for All {
    async fn make(&self, small: u32, own: u8) -> Option<u64> {
        Some(u64::from(small) + u64::from(own))
    }
}

impl Chosen for All {
    fn present(&self) {}
}

impl WithoutPrefix for All {
    type Own = ();
    fn own(&self) {}
}

fn main() {
    #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
    struct Local;

    #[service(prefix = "local")]
    trait InFunction {
        #[handler]
        async fn local(&self, local: Local) -> Local {
            local
        }
    }

    impl InFunction for All {}

    let router = outer::router().service(MadeServer::new(All)).service(ChosenServer::new(All));
    let router = router.service(WithoutPrefixServer::new(All)).service(InFunctionServer::new(All));
    router.check().unwrap();
    WithoutPrefix::own(&All);
    let _ = outer::call(router);
}
