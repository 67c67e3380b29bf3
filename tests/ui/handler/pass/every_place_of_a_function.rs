//! Nested modules, function bodies, macros, several in one module, raw identifiers, every visibility.
#![deny(warnings)]

use ipc_bridge::prelude::*;

mod types {
    pub mod private {
        #[derive(serde::Serialize, serde::Deserialize, ipc_bridge::schemars::JsonSchema)]
        pub struct Id(pub u64);
    }

    pub(crate) use self::private::Id;
}

mod outer {
    use ipc_bridge::prelude::*;

    pub mod inner {
        use ipc_bridge::prelude::*;

        #[handler("a:public")]
        pub fn public(id: crate::types::Id) -> u64 {
            id.0
        }

        #[handler("a:upper")]
        pub(in crate::outer) async fn upper() -> Option<Result<u8, ()>> {
            None
        }

        #[handler("a:super")]
        pub(super) async fn r#super_(r#fn: u8, mut r#type: u8) -> u8 {
            r#type += 1;
            r#fn + r#type
        }
    }

    pub fn router() -> Router {
        Router::new().handle::<inner::public>().handle::<inner::upper>().handle::<inner::super_>().handle::<r#loop>()
    }

    #[handler("a:loop")]
    fn r#loop() {}
}

macro_rules! handler_of {
    ($name:ident, $channel:literal, $parameter:ident: $type:ty) => {
        #[handler($channel)]
        fn $name($parameter: $type, own: u8) -> u64 {
            u64::from($parameter) + u64::from(own)
        }
    };
}

handler_of!(made, "a:made", small: u32);

macro_rules! handler_with {
    ($name:ident, $parameter:ident: $type:ty) => {
        #[handler("a:with")]
        fn $name($parameter: $type) -> u64 {
            **$parameter
        }
    };
}

handler_with!(with, store: State<Box<u64>>);

type Answer<T> = std::result::Result<T, std::convert::Infallible>;

#[handler("a:alias")]
async fn alias() -> Answer<u8> {
    Ok(7)
}

#[allow(unused_parens)]
#[handler("a:parenthesised")]
fn parenthesised((id): u8) -> u8 {
    id
}

#[deprecated(note = "use `alias`")]
#[handler("a:old")]
fn old_above(id: u8) -> u8 {
    id
}

/// Old.
#[handler("a:older")]
#[deprecated]
async fn old_below(id: u8) -> u8 {
    id
}

#[cfg(any())]
#[handler("a:absent")]
fn absent(id: Nothing) {}

#[handler("a:absent")]
#[cfg(any())]
fn absent(id: Nothing) {}

#[doc = include_str!("every_place_of_a_function.rs")]
#[handler("a:documented")]
#[inline]
#[must_use]
fn documented() -> u8 {
    1
}

#[allow(deprecated)]
fn main() {
    #[handler("a:local")]
    async fn local(own: Own) -> Own {
        own
    }

    #[derive(serde::Serialize, serde::Deserialize, ipc_bridge::schemars::JsonSchema)]
    struct Own;

    let router = outer::router().handle::<local>().handle::<made>().handle::<alias>().handle::<parenthesised>();
    let _ = router.handle::<old_above>().handle::<old_below>().handle::<documented>().handle::<with>();
    let _ = with {};
    let _ = made { small: 7, own: 3 };
    assert_eq!(made(7, 3), 10);
}
