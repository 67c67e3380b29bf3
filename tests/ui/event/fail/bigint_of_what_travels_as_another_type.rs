use ipc_bridge::prelude::*;

#[derive(Clone, serde::Serialize, serde::Deserialize, schemars::JsonSchema, Event)]
#[event("job:progress")]
#[serde(into = "Text", from = "Text")]
struct Progress {
    #[ipc(bigint)]
    job: u64,
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Text(String);

impl From<Progress> for Text {
    fn from(progress: Progress) -> Self {
        Self(progress.job.to_string())
    }
}

impl From<Text> for Progress {
    fn from(text: Text) -> Self {
        Self { job: text.0.parse().unwrap_or_default() }
    }
}

fn main() {}
