//! Request bodies, limited in bytes before and after decompression, in time, and in what all of them hold together.

use std::io::Read;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use event::limits::BATCH_BYTES_MAX;
use http_body_util::BodyExt;

use crate::budget::{Budget, Excess, Gathered};
use crate::problem::Problem;

/// How long a body may take to arrive: the largest one over a line of 5 Mbit/s.
const ARRIVAL: Duration = Duration::from_secs(30);

/// Window a zstd body may ask for, as a power of two: what the default levels up to 19 use.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// What a zstd decoder holds at most: its window, and two blocks with their tables.
const ZSTD_DECODER_BYTES: usize = (1 << ZSTD_WINDOW_LOG_MAX) + (512 << 10);

/// What a gzip decoder holds: its window of 32 KiB and its tables.
const GZIP_DECODER_BYTES: usize = 64 << 10;

/// What is decompressed at a time.
const PIECE_BYTES: usize = 16 << 10;

/// How much of a refused body is read and thrown away: most clients read no answer before they have sent everything.
const DISCARDED_BYTES_MAX: usize = 4 * BATCH_BYTES_MAX;

/// Why a body did not arrive.
enum Stopped {
    Excess(Excess),
    Broken,
}

/// The body as it arrived.
pub(crate) async fn receive(mut body: Body, budget: &Budget) -> Result<Gathered, Problem> {
    let refused = match tokio::time::timeout(ARRIVAL, gather(&mut body, budget)).await {
        Ok(Ok(gathered)) => return Ok(gathered),
        Err(_) => {
            return Err(Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "body_timeout",
                "The body took too long",
                format!("the body did not arrive within {} seconds; send smaller batches", ARRIVAL.as_secs()),
            ));
        }
        Ok(Err(Stopped::Broken)) => {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "body_broken",
                "The body broke off",
                "the connection ended before the body did; nothing was recorded, send it again",
            ));
        }
        Ok(Err(Stopped::Excess(excess))) => excess.into(),
    };
    // The memory of what was gathered is free by now. A client that is slower than this gets the same answer.
    let _ = tokio::time::timeout(ARRIVAL, discard(&mut body)).await;
    Err(refused)
}

async fn gather(body: &mut Body, budget: &Budget) -> Result<Gathered, Stopped> {
    let mut gathered = budget.gather();
    while let Some(frame) = body.frame().await {
        if let Some(data) = frame.map_err(|_| Stopped::Broken)?.data_ref() {
            gathered.append(data).map_err(Stopped::Excess)?;
        }
    }
    Ok(gathered)
}

async fn discard(body: &mut Body) {
    let mut discarded = 0;
    while discarded < DISCARDED_BYTES_MAX
        && let Some(Ok(frame)) = body.frame().await
    {
        discarded += frame.data_ref().map_or(0, Bytes::len);
    }
}

/// Whether a body must be decompressed, as `Content-Encoding` says.
pub(crate) fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// The body decompressed as `Content-Encoding` says. Memory: what comes out, up to the limit, and the decoder's window; both
/// of the budget.
pub(crate) fn decode(body: Gathered, headers: &HeaderMap) -> Result<Gathered, Problem> {
    let encoding =
        headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").to_ascii_lowercase());
    match encoding.as_deref() {
        None | Some("identity") => Ok(body),
        Some("gzip") => {
            let _decoder = body.budget().hold(GZIP_DECODER_BYTES)?;
            unpack(flate2::read::MultiGzDecoder::new(&*body), body.budget())
        }
        Some("zstd") => {
            let _decoder = body.budget().hold(ZSTD_DECODER_BYTES)?;
            let mut decoder = zstd::stream::read::Decoder::new(&*body).map_err(|error| corrupt(&error))?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(|error| corrupt(&error))?;
            unpack(decoder, body.budget())
        }
        Some(other) => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unknown_encoding",
            "The body is encoded in an unknown way",
            format!("Content-Encoding is {other:?}; send gzip, zstd, or none"),
        )),
    }
}

fn unpack(mut reader: impl Read, budget: &Budget) -> Result<Gathered, Problem> {
    let mut unpacked = budget.gather();
    let mut piece = [0; PIECE_BYTES];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(unpacked),
            Ok(bytes) => unpacked.append(piece.get(..bytes).unwrap_or_default())?,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(corrupt(&error)),
        }
    }
}

fn corrupt(error: &std::io::Error) -> Problem {
    let detail = format!("the body is not what Content-Encoding says: {error}");
    Problem::new(StatusCode::BAD_REQUEST, "body_corrupt", "The body cannot be decompressed", detail)
}

impl From<Excess> for Problem {
    fn from(excess: Excess) -> Self {
        match excess {
            Excess::TooLarge => {
                let detail = format!(
                    "the body is larger than {BATCH_BYTES_MAX} bytes after decompression; send smaller batches"
                );
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large", detail)
            }
            Excess::NothingLeft(problem) => problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn headers(encoding: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_ENCODING, axum::http::HeaderValue::from_static(encoding))])
    }

    fn decoded(budget: &Budget, body: &[u8], headers: &HeaderMap) -> Result<Vec<u8>, Problem> {
        let mut gathered = budget.gather();
        gathered.append(body)?;
        decode(gathered, headers).map(|body| body.to_vec())
    }

    #[test]
    fn what_was_compressed_comes_out_again() {
        let budget = Budget::default();
        let text = b"{\"action\":\"a.b\"}";
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text).unwrap();
        assert_eq!(decoded(&budget, &gzip.finish().unwrap(), &headers("gzip")).unwrap(), text);
        let packed = zstd::encode_all(&text[..], 3).unwrap();
        assert_eq!(decoded(&budget, &packed, &headers("zstd")).unwrap(), text);
        assert_eq!(decoded(&budget, text, &HeaderMap::new()).unwrap(), text);
        assert_eq!(budget.held(), 0);
    }

    #[test]
    fn a_bomb_is_refused_at_the_limit() {
        let budget = Budget::default();
        let zeros = vec![b' '; BATCH_BYTES_MAX + 1];
        let packed = zstd::encode_all(&*zeros, 3).unwrap();
        assert!(packed.len() < 10_000);
        assert!(decoded(&budget, &packed, &headers("zstd")).is_err());
        assert!(decoded(&budget, b"no gzip", &headers("gzip")).is_err());
        assert!(decoded(&budget, b"", &headers("br")).is_err());
        assert_eq!(budget.held(), 0);
    }

    #[test]
    fn what_comes_out_of_decoders_and_what_they_hold_is_of_the_budget() {
        let budget = Budget::default();
        let packed = zstd::encode_all(&*vec![b' '; BATCH_BYTES_MAX], 3).unwrap();
        let mut out = Vec::new();
        let refused = loop {
            let mut gathered = budget.gather();
            gathered.append(&packed).unwrap();
            match decode(gathered, &headers("zstd")) {
                Ok(body) => out.push(body),
                Err(problem) => break serde_json::to_value(problem).unwrap(),
            }
            assert!(budget.held() <= crate::budget::BODIES_BYTES_MAX);
        };
        assert_eq!((&refused["status"], &refused["code"]), (&503.into(), &"overloaded".into()));
        assert!(out.len() >= 4);
        drop(out);
        assert_eq!(budget.held(), 0);
    }
}
