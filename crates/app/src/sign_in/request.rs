//! The head of one HTTP request, read from a connection that may be anybody's.

use tokio::io::{AsyncRead, AsyncReadExt};

/// The most bytes of a head. Zoho's answer needs less than one thousand; browsers add the cookies that other programs set for `localhost`.
pub(super) const MOST_BYTES: usize = 32 << 10;

/// The most headers.
const MOST_HEADERS: usize = 100;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// `GET`, mostly.
    pub(super) method: String,
    /// Path and query, still encoded.
    pub(super) target: String,
    /// The `Host` header.
    pub(super) host: Option<String>,
    /// The `Sec-Fetch-Mode` header, by which browsers say what a request is for.
    pub(super) fetch_mode: Option<String>,
}

/// Why there is no head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoHead {
    /// The connection ended before.
    Ended,
    /// It is no HTTP.
    Malformed,
    /// It is longer than anything that a browser sends.
    TooLarge,
}

/// Reads up to the head's end. How long that may take is the caller's affair.
pub(super) async fn read(connection: &mut (impl AsyncRead + Unpin)) -> Result<Head, NoHead> {
    let mut buffer = Vec::with_capacity(2 << 10);
    loop {
        let before = buffer.len();
        match connection.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => return Err(NoHead::Ended),
            Ok(_) => {}
        }
        if buffer.len() > MOST_BYTES {
            return Err(NoHead::TooLarge);
        }
        // The end may have begun in what was read before.
        let fresh = &buffer[before.saturating_sub(3)..];
        if fresh.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
            return parse(&buffer);
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Head, NoHead> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => {}
        Err(httparse::Error::TooManyHeaders) => return Err(NoHead::TooLarge),
        Ok(httparse::Status::Partial) | Err(_) => return Err(NoHead::Malformed),
    }
    let header = |name: &str| {
        let found = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        Some(String::from_utf8_lossy(found.value).into_owned())
    };
    Ok(Head {
        method: request.method.unwrap_or_default().to_owned(),
        target: request.path.unwrap_or_default().to_owned(),
        host: header("host"),
        fetch_mode: header("sec-fetch-mode"),
    })
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::{Head, MOST_BYTES, NoHead, read};

    /// Sends the pieces one after the other, and ends.
    async fn heard(pieces: &[&[u8]]) -> Result<Head, NoHead> {
        let (mut near, mut far) = tokio::io::duplex(64);
        let send = async {
            for piece in pieces {
                // A reader that has enough may be gone.
                if near.write_all(piece).await.is_err() {
                    break;
                }
            }
            drop(near);
        };
        let receive = async {
            let head = read(&mut far).await;
            drop(far);
            head
        };
        tokio::join!(receive, send).0
    }

    #[tokio::test]
    async fn a_browsers_request_is_read_however_it_is_cut() {
        let text = b"GET /callback?state=a&code=b HTTP/1.1\r\nHOST: localhost:47817\r\nSec-Fetch-Mode: navigate\r\nCookie: x=\xff\r\n\r\n";
        let whole = Head {
            method: "GET".to_owned(),
            target: "/callback?state=a&code=b".to_owned(),
            host: Some("localhost:47817".to_owned()),
            fetch_mode: Some("navigate".to_owned()),
        };
        for cut in 0..text.len() {
            let (first, second) = text.split_at(cut);
            assert_eq!(heard(&[first, second]).await, Ok(whole.clone()), "cut at {cut}");
        }
    }

    #[tokio::test]
    async fn what_is_no_request_is_refused() {
        let long = vec![b'a'; MOST_BYTES + 1];
        let many = [b"GET / HTTP/1.1\r\n".to_vec(), b"A: b\r\n".repeat(101), b"\r\n".to_vec()].concat();
        let table: [(&[&[u8]], NoHead); 6] = [
            (&[], NoHead::Ended),
            (&[b"GET /callback HTTP/1.1\r\nHost: x\r\n"], NoHead::Ended),
            (&[b"\x16\x03\x01\x02\x00\x01\r\n\r\n"], NoHead::Malformed),
            (&[b"GET\r\n\r\n"], NoHead::Malformed),
            (&[b"GET /", &long, b" HTTP/1.1\r\n\r\n"], NoHead::TooLarge),
            (&[&many], NoHead::TooLarge),
        ];
        for (pieces, expected) in table {
            assert_eq!(heard(pieces).await.err(), Some(expected));
        }
    }
}
