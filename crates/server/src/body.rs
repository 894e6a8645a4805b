//! Request bodies: limited in bytes, before and after decompression, and in time.

use std::io::Read;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use event::limits::BATCH_BYTES_MAX;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::problem::Problem;

/// How long a body may take to arrive: the largest one over a line of 5 Mbit/s.
const ARRIVAL: Duration = Duration::from_secs(30);

/// Window a zstd body may ask for, as a power of two: what the default levels up to 19 use.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// What is read and thrown away of a body that is too large: most clients read no answer before they have sent everything.
const DISCARDED_BYTES_MAX: usize = 4 * BATCH_BYTES_MAX;

/// The body as it arrived.
pub(crate) async fn receive(mut body: Body) -> Result<Bytes, Problem> {
    match tokio::time::timeout(ARRIVAL, Limited::new(&mut body, BATCH_BYTES_MAX).collect()).await {
        Err(_) => Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "body_timeout",
            "The body took too long",
            format!("the body did not arrive within {} seconds; send smaller batches", ARRIVAL.as_secs()),
        )),
        Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => {
            // Whoever sends on slowly has had time enough: the answer is the same.
            let _ = tokio::time::timeout(ARRIVAL, discard(&mut body)).await;
            Err(too_large())
        }
        Ok(Err(_)) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "body_broken",
            "The body broke off",
            "the connection ended before the body did; nothing was recorded, send it again",
        )),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
    }
}

async fn discard(body: &mut Body) {
    let mut discarded = 0;
    while discarded < DISCARDED_BYTES_MAX
        && let Some(Ok(frame)) = body.frame().await
    {
        discarded += frame.data_ref().map_or(0, Bytes::len);
    }
}

/// The body decompressed as `Content-Encoding` says. Memory: never more than the limit, whatever is sent.
pub(crate) fn decode(body: Bytes, headers: &HeaderMap) -> Result<Bytes, Problem> {
    let encoding =
        headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").to_ascii_lowercase());
    match encoding.as_deref() {
        None | Some("identity") => Ok(body),
        Some("gzip") => limited(flate2::read::MultiGzDecoder::new(&*body)),
        Some("zstd") => {
            let mut decoder = zstd::stream::read::Decoder::new(&*body).map_err(|error| corrupt(&error))?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(|error| corrupt(&error))?;
            limited(decoder)
        }
        Some(other) => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unknown_encoding",
            "The body is encoded in an unknown way",
            format!("Content-Encoding is {other:?}; send gzip, zstd, or none"),
        )),
    }
}

fn limited(reader: impl Read) -> Result<Bytes, Problem> {
    let mut bytes = Vec::new();
    let mut reader = reader.take(BATCH_BYTES_MAX as u64 + 1);
    reader.read_to_end(&mut bytes).map_err(|error| corrupt(&error))?;
    if bytes.len() > BATCH_BYTES_MAX { Err(too_large()) } else { Ok(bytes.into()) }
}

fn corrupt(error: &std::io::Error) -> Problem {
    let detail = format!("the body is not what Content-Encoding says: {error}");
    Problem::new(StatusCode::BAD_REQUEST, "body_corrupt", "The body cannot be decompressed", detail)
}

fn too_large() -> Problem {
    let detail = format!("the body is larger than {BATCH_BYTES_MAX} bytes after decompression; send smaller batches");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn headers(encoding: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_ENCODING, axum::http::HeaderValue::from_static(encoding))])
    }

    #[test]
    fn what_was_compressed_comes_out_again() {
        let text = Bytes::from_static(b"{\"action\":\"a.b\"}");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&text).unwrap();
        assert_eq!(decode(gzip.finish().unwrap().into(), &headers("gzip")).unwrap(), text);
        let packed = zstd::encode_all(&*text, 3).unwrap();
        assert_eq!(decode(packed.into(), &headers("zstd")).unwrap(), text);
        assert_eq!(decode(text.clone(), &HeaderMap::new()).unwrap(), text);
    }

    #[test]
    fn a_bomb_is_refused_at_the_limit() {
        let zeros = vec![b' '; BATCH_BYTES_MAX + 1];
        let packed = zstd::encode_all(&*zeros, 3).unwrap();
        assert!(packed.len() < 10_000);
        assert!(decode(packed.into(), &headers("zstd")).is_err());
        assert!(decode(Bytes::from_static(b"no gzip"), &headers("gzip")).is_err());
        assert!(decode(Bytes::new(), &headers("br")).is_err());
    }
}
