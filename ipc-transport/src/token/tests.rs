use super::*;

fn token() -> Token {
    Token::new(TokenId(0x1234), &[0xa7; SECRET_BYTES])
}

#[test]
fn a_token_is_read_as_it_was_written() {
    let token = token();
    assert_eq!(token.expose(), format!("0000000000001234.{}", "a7".repeat(32)));
    assert_eq!(token.expose().parse(), Ok(token.clone()));
    let (id, secret) = Token::parts(token.expose()).expect("it is a token");
    assert_eq!((id, *secret), (token.id(), [0xa7; SECRET_BYTES]));
}

#[test]
fn a_text_that_is_no_token_is_refused_without_being_shown() {
    let whole = token().expose().to_owned();
    let upper = whole.to_uppercase();
    let long = format!("{whole}0");
    for text in ["", ".", "secret", &whole[1..], &whole[..80], &upper, &long, &whole.replace('.', ":")] {
        let error = text.parse::<Token>().expect_err(text);
        assert!(text.len() < 2 || !error.to_string().contains(text), "{error}");
    }
}

#[test]
fn nothing_shows_a_secret() {
    let shown = format!("{:?} {:?}", token(), Presented::from(&token()));
    assert!(!shown.contains("a7"), "{shown}");
    assert!(shown.contains("0000000000001234.***"), "{shown}");
}

#[test]
fn a_token_goes_through_a_pipe_and_leaves_what_follows() {
    let mut pipe = Vec::new();
    token().write_to(&mut pipe).unwrap();
    pipe.extend_from_slice(b"more");
    let mut reader = pipe.as_slice();
    assert_eq!(Token::read_from(&mut reader).unwrap(), token());
    assert_eq!(reader, b"more");

    let with_return = format!("{}\r\n", token().expose());
    assert_eq!(Token::read_from(with_return.as_bytes()).unwrap(), token());
    for cut in [&pipe[..0], &pipe[..40], &pipe[..81], b"0000000000001234.x\n", &[b'a'; 100]] {
        let error = Token::read_from(cut).expect_err("no token");
        assert!(matches!(error, ReadTokenError::Malformed(_)), "{error}");
    }
}

#[test]
fn a_child_finds_its_token_in_its_environment() {
    let mut child = Command::new("child");
    token().to_env(&mut child);
    let (variable, value) = child.get_envs().next().expect("a variable is set");
    assert_eq!((variable.to_str(), value.and_then(OsStr::to_str)), (Some(Token::ENV), Some(token().expose())));

    let error = Token::from_env("IPC_BRIDGE_NO_SUCH_TOKEN").expect_err("it is not set");
    assert!(error.to_string().starts_with("the variable `IPC_BRIDGE_NO_SUCH_TOKEN` is not set"), "{error}");
    // What every process has, and is no token.
    let error = Token::from_env("PATH").expect_err("it is no token");
    assert!(matches!(error, ReadTokenError::Malformed(_)), "{error}");
}
