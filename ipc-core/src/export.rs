//! What a [`Description`](crate::Description) becomes for a frontend, for tools and for people.
