#[handler("user:login")]
async fn login(
    user: String,
    #[garde(length(min = 8), custom(strong))]
    #[ipc(sensitive)]
    password: String,
) -> Result<Token, LoginError> {
    todo(user, password)
}
