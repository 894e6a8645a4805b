//! A long answer, read to its end, trailers included: what tells a whole file from one that was cut off.

use std::io::Write;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::header::{AUTHORIZATION, HOST, TE, USER_AGENT};
use hyper::{HeaderMap, Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::{Remote, failed, refused};

/// What came.
pub struct Download {
    /// How many bytes.
    pub bytes: u64,
    /// What was said behind them.
    pub trailers: HeaderMap,
}

/// Asks a server and writes the body of its answer to `out`.
///
/// # Errors
/// What the server said, where it refused; else what broke, and what to do.
pub fn download(
    remote: &Remote,
    path: &str,
    params: &[(String, String)],
    out: &mut dyn Write,
) -> miette::Result<Download> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| failed(&error, "the system gives no input and output"))?;
    runtime.block_on(receive(remote, path, params, out))
}

async fn receive(
    remote: &Remote,
    path: &str,
    params: &[(String, String)],
    out: &mut dyn Write,
) -> miette::Result<Download> {
    let base = remote.base();
    let address = || format!("is a log served at {base}? name another with --url, or a folder with --data");
    let uri: Uri = base.parse().map_err(|error| failed(&error, "write --url as http://HOST:PORT"))?;
    let (Some("http"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(miette::miette!(help = "write --url as http://HOST:PORT", "{base} cannot be asked"));
    };
    let host = authority.host().trim_matches(['[', ']']);
    let stream = TcpStream::connect((host, authority.port_u16().unwrap_or(80))).await;
    let stream = stream.map_err(|error| failed(&error, address()))?;
    let shaken = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut requests, connection) = shaken.map_err(|error| failed(&error, address()))?;
    tokio::spawn(connection);

    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
    let mut request = Request::get(format!("{}{path}?{query}", uri.path().trim_end_matches('/')));
    if let Some(authorization) = &remote.authorization {
        request = request.header(AUTHORIZATION, authorization);
    }
    let request = request
        .header(HOST, authority.as_str())
        .header(TE, "trailers")
        .header(USER_AGENT, concat!("indelible-cli/", env!("CARGO_PKG_VERSION")))
        .body(Empty::<Bytes>::new())
        .map_err(|error| failed(&error, "write --url as http://HOST:PORT"))?;
    let response = requests.send_request(request).await.map_err(|error| failed(&error, address()))?;
    let status = response.status().as_u16();
    let mut body = response.into_body();
    if status != 200 {
        let said = body.collect().await.map_err(|error| failed(&error, address()))?.to_bytes();
        return Err(refused(status, &String::from_utf8_lossy(&said)));
    }
    let mut download = Download { bytes: 0, trailers: HeaderMap::new() };
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| failed(&error, "the answer was cut off and is not whole: ask again"))?;
        match frame.into_data() {
            Ok(data) => {
                out.write_all(&data)
                    .map_err(|error| failed(&error, "the file cannot be written: make room, then ask again"))?;
                download.bytes += data.len() as u64;
            }
            Err(frame) => download.trailers.extend(frame.into_trailers().unwrap_or_default()),
        }
    }
    out.flush().map_err(|error| failed(&error, "the file cannot be written: make room, then ask again"))?;
    Ok(download)
}

/// Sees that the server said that everything was sent, and that as much came as it says.
///
/// # Errors
/// If it is not so.
pub fn whole(download: &Download) -> miette::Result<()> {
    let said = download.trailers.get("indelible-export").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bytes = said.strip_prefix("complete;").and_then(|rest| rest.split("; bytes=").nth(1));
    if bytes.and_then(|bytes| bytes.parse().ok()) == Some(download.bytes) {
        return Ok(());
    }
    Err(miette::miette!(
        help =
            "export again; if it happens each time, a proxy on the way drops trailers or parts: ask the server itself",
        "the export is not whole: {} bytes came, and the server did not say that these are all",
        download.bytes
    ))
}
