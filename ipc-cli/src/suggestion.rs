//! What was probably meant.

/// The name that is nearest to `text`, where a third of the letters or fewer are wrong.
pub(crate) fn nearest<'a>(text: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, name) = names.into_iter().map(|name| (strsim::osa_distance(text, name), name)).min()?;
    (distance <= (text.chars().count() / 3).max(1)).then_some(name)
}

/// The names for a message, with what was probably meant where there is such a one.
pub(crate) fn instead<'a>(text: &str, names: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    if let Some(name) = nearest(text, names.clone()) {
        return Some(format!("did you mean `{name}`?"));
    }
    const MOST: usize = 12;
    let names: Vec<_> = names.into_iter().collect();
    let more = if names.len() > MOST { ", …" } else { "" };
    let shown = names.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then(|| format!("there is: {shown}{more}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_suggested_and_else_what_there_is() {
        let names = ["data:fetch", "data:remove"];
        assert_eq!(instead("data:fecth", names).as_deref(), Some("did you mean `data:fetch`?"));
        assert_eq!(instead("status", names).as_deref(), Some("there is: data:fetch, data:remove"));
        assert_eq!(instead("status", []), None);
    }
}
