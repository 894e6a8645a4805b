//! Who looks.

/// Who looks, as far as the server knows.
#[derive(Debug, Clone, Default)]
pub struct Viewer {
    /// Account, or `dev` where nobody signs in.
    pub id: String,
    /// E-mail address of the account.
    pub email: Option<String>,
    /// Address of the connection.
    pub ip: Option<String>,
    /// `User-Agent` of the request.
    pub user_agent: Option<String>,
    /// Path of the request. Without its query, which holds what was sought.
    pub page: Option<String>,
}
