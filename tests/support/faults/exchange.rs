//! One request through the proxy, with the fault that applies to it.

use std::io::{ErrorKind, Result};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::watch;

use crate::faults::head::Head;
use crate::faults::rule::Fault;
use crate::faults::state::State;

/// How long a client can continue to send after it got its response.
const DRAIN_LIMIT: Duration = Duration::from_secs(2);

/// How long a connection stays open after a duplicated response: long enough for the client to send its next
/// request on it.
const KEEP_OPEN: Duration = Duration::from_millis(50);

/// The size of a read.
const PIECE_BYTES: usize = 64 * 1024;

/// How much of a held body is buffered before the sender has to wait.
const HOLD_BUFFER_BYTES: usize = 1024 * 1024;

/// How the transfer of a body ended.
#[derive(Debug, PartialEq, Eq)]
enum BodyOutcome {
    /// The body is complete, or the sender disconnected.
    Whole,
    /// A rule cut the connection.
    Cut,
    /// The receiver does not accept more data.
    Refused,
}

/// The faults that apply to one body.
#[derive(Clone, Copy, Debug, Default)]
struct BodyFaults {
    cut_after: Option<u64>,
    hold_after: Option<u64>,
    bytes_per_second: Option<u64>,
    flip_at: Option<u64>,
    lose_response: bool,
    respond_twice: bool,
    /// A server closes the connection after its response, but a client that closes has given up.
    is_response: bool,
}

/// How a hold ended.
enum HoldOutcome {
    Released,
    SenderLeft,
}

/// Records the end of a request when it is dropped.
struct EndRecorder<'a> {
    state: &'a State,
    seen: usize,
}

impl Drop for EndRecorder<'_> {
    fn drop(&mut self) {
        self.state.note(self.seen, |request| request.ended = true);
    }
}

/// Serves the single request of a connection, from its first byte to the end of its response.
pub(super) async fn serve(mut client: TcpStream, state: Arc<State>) -> Result<()> {
    client.set_nodelay(true)?;
    let mut buffer = BytesMut::new();
    let request = match Head::read(&mut client, &mut buffer).await {
        // Like a plain HTTP server. Otherwise containerd does not fall back to HTTP.
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            client.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\nThis is plain HTTP.\n").await?;
            return client.shutdown().await;
        }
        read => read?,
    };
    let Some((request, _)) = request else { return Ok(()) };
    let (fault, seen) = state.record_and_match(&request);
    let _ended = EndRecorder { state: &state, seen };
    if let (Some(watcher), Some(request)) = (&state.watcher, state.seen(seen)) {
        watcher.before(&request).await;
    }
    let mut to_upstream = BodyFaults::default();
    let mut to_client = BodyFaults { is_response: true, ..BodyFaults::default() };
    match fault {
        Some(Fault::Drop) => return Ok(()),
        Some(Fault::Respond { status, headers, body }) => {
            return respond_from_proxy(client, &request, status, &headers, &body).await;
        }
        Some(Fault::Delay(time)) => tokio::time::sleep(time).await,
        Some(Fault::LoseResponse) => to_client.lose_response = true,
        Some(Fault::RespondTwice) => to_client.respond_twice = true,
        Some(Fault::CutRequest { after_bytes }) => to_upstream.cut_after = Some(after_bytes),
        Some(Fault::CutResponse { after_bytes }) => to_client.cut_after = Some(after_bytes),
        Some(Fault::HoldRequest { after_bytes }) => to_upstream.hold_after = Some(after_bytes),
        Some(Fault::HoldResponse { after_bytes }) => to_client.hold_after = Some(after_bytes),
        Some(Fault::FlipBit { at_byte }) => to_client.flip_at = Some(at_byte),
        Some(Fault::Throttle { bytes_per_second }) => {
            to_upstream.bytes_per_second = Some(bytes_per_second);
            to_client.bytes_per_second = Some(bytes_per_second);
        }
        None => {}
    }
    let mut upstream = TcpStream::connect(&state.upstream).await?;
    upstream.set_nodelay(true)?;
    upstream.write_all(&request.with_connection_close()).await?;
    let (mut client_in, mut client_out) = client.into_split();
    let (upstream_in, mut upstream_out) = upstream.into_split();
    let counted = |bytes| state.note(seen, |request| request.body_bytes += bytes);
    let request_body = async {
        let body = buffer.freeze();
        forward_body(
            &mut client_in,
            &mut upstream_out,
            body,
            None,
            to_upstream,
            &state.released,
            counted,
        )
        .await
    };
    let end = {
        let response =
            forward_response(upstream_in, &mut client_out, &request, seen, to_client, &state);
        let mut response = std::pin::pin!(response);
        tokio::select! {
            biased;
            end = &mut response => end?,
            end = request_body => match end? {
                // The upstream responds before it read the whole request.
                BodyOutcome::Refused => response.await?,
                // The body was cut or the client disconnected: both connections are dropped, like a network
                // failure.
                BodyOutcome::Whole | BodyOutcome::Cut => BodyOutcome::Cut,
            },
        }
    };
    if end == BodyOutcome::Cut {
        return Ok(());
    }
    client_out.shutdown().await?;
    drain(client_in).await;
    Ok(())
}

/// Forwards the response of the upstream, including its head.
async fn forward_response(
    mut upstream: OwnedReadHalf,
    client: &mut OwnedWriteHalf,
    request: &Head,
    seen: usize,
    faults: BodyFaults,
    state: &State,
) -> Result<BodyOutcome> {
    let mut buffer = BytesMut::new();
    loop {
        let Some((mut head, raw)) = Head::read(&mut upstream, &mut buffer).await? else {
            return Ok(BodyOutcome::Cut);
        };
        if (100..200).contains(&head.status()) {
            client.write_all(&raw).await?;
            continue;
        }
        state.note(seen, |request| request.status = Some(head.status()));
        if let (Some(watcher), Some(request)) = (&state.watcher, state.seen(seen)) {
            watcher.after(&request).await;
        }
        if faults.lose_response {
            return Ok(BodyOutcome::Cut);
        }
        if let Some(host) = request.value("host") {
            head.rewrite_location(&state.upstream, host);
        }
        let bodiless = request.method() == "HEAD" || matches!(head.status(), 204 | 304);
        let length = if bodiless { Some(0) } else { head.content_length() };
        // A body of unknown length ends with its connection, so it cannot be sent twice.
        if let (true, Some(length)) = (faults.respond_twice, length) {
            return respond_twice(&mut upstream, client, &head, buffer, length).await;
        }
        client.write_all(&head.with_connection_close()).await?;
        let body = buffer.freeze();
        return forward_body(&mut upstream, client, body, length, faults, &state.released, |_| {})
            .await;
    }
}

/// Sends the same response twice in a row.
async fn respond_twice(
    upstream: &mut OwnedReadHalf,
    client: &mut OwnedWriteHalf,
    head: &Head,
    mut body: BytesMut,
    length: u64,
) -> Result<BodyOutcome> {
    while (body.len() as u64) < length {
        if upstream.read_buf(&mut body).await? == 0 {
            return Ok(BodyOutcome::Cut);
        }
    }
    let answer = [head.with_keep_alive().as_slice(), &body].concat().repeat(2);
    if client.write_all(&answer).await.is_err() {
        return Ok(BodyOutcome::Refused);
    }
    tokio::time::sleep(KEEP_OPEN).await;
    Ok(BodyOutcome::Whole)
}

/// Forwards a body: `length` bytes, or everything until the connection ends.
async fn forward_body(
    from: &mut OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    first: Bytes,
    length: Option<u64>,
    faults: BodyFaults,
    released: &watch::Receiver<bool>,
    counted: impl Fn(u64),
) -> Result<BodyOutcome> {
    let mut buffer = BytesMut::from(&first[..]);
    let mut moved = 0;
    let start = tokio::time::Instant::now();
    loop {
        if faults.cut_after.is_some_and(|limit| moved >= limit) {
            return Ok(BodyOutcome::Cut);
        }
        if faults.hold_after.is_some_and(|limit| moved >= limit) && !*released.borrow() {
            match hold_body(from, &mut buffer, released.clone(), faults.is_response).await {
                HoldOutcome::Released => continue,
                HoldOutcome::SenderLeft => return Ok(BodyOutcome::Cut),
            }
        }
        if length.is_some_and(|length| moved >= length) {
            return Ok(BodyOutcome::Whole);
        }
        if buffer.is_empty() {
            buffer.reserve(PIECE_BYTES);
            if from.read_buf(&mut buffer).await? == 0 {
                return Ok(BodyOutcome::Whole);
            }
        }
        let mut piece = buffer.len() as u64;
        let holding = faults.hold_after.filter(|_| !*released.borrow());
        for limit in [faults.cut_after, holding, length].into_iter().flatten() {
            piece = piece.min(limit.saturating_sub(moved));
        }
        if let Some(speed) = faults.bytes_per_second {
            // Ten pieces per second.
            piece = piece.min((speed / 10).max(1));
        }
        let mut bytes = buffer.split_to(usize::try_from(piece).unwrap_or(usize::MAX));
        if let Some(at) = faults.flip_at
            && let Some(byte) = at.checked_sub(moved).and_then(|at| usize::try_from(at).ok())
            && let Some(byte) = bytes.get_mut(byte)
        {
            *byte ^= 1;
        }
        if let Some(speed) = faults.bytes_per_second {
            let due = Duration::from_secs_f64((moved + piece) as f64 / speed as f64);
            tokio::time::sleep_until(start + due).await;
        }
        if to.write_all(&bytes).await.is_err() {
            return Ok(BodyOutcome::Refused);
        }
        moved += piece;
        counted(piece);
    }
}

/// Waits for the release. Continues to read, because the end of a connection is only seen after the bytes
/// that were sent before.
async fn hold_body(
    from: &mut OwnedReadHalf,
    buffer: &mut BytesMut,
    mut released: watch::Receiver<bool>,
    sender_may_leave: bool,
) -> HoldOutcome {
    let mut ended = false;
    loop {
        tokio::select! {
            outcome = released.wait_for(|released| *released) => {
                return if outcome.is_ok() { HoldOutcome::Released } else { HoldOutcome::SenderLeft };
            }
            read = from.read_buf(buffer), if !ended && buffer.len() < HOLD_BUFFER_BYTES => {
                ended = !read.is_ok_and(|bytes| bytes > 0);
                if ended && !sender_may_leave {
                    return HoldOutcome::SenderLeft;
                }
            }
        }
    }
}

async fn respond_from_proxy(
    client: TcpStream,
    request: &Head,
    status: u16,
    headers: &[(String, String)],
    body: &[u8],
) -> Result<()> {
    let mut head = format!("HTTP/1.1 {status} Fault\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("Connection: close\r\n\r\n");
    let (client_in, mut client_out) = client.into_split();
    client_out.write_all(head.as_bytes()).await?;
    if request.method() != "HEAD" {
        client_out.write_all(body).await?;
    }
    client_out.shutdown().await?;
    drain(client_in).await;
    Ok(())
}

/// Reads what the client still sends. Closing a connection with unread bytes would reset it, and the client
/// would lose the response.
async fn drain(mut client: OwnedReadHalf) {
    let mut waste = vec![0; 64 * 1024];
    let reading = async { while client.read(&mut waste).await.is_ok_and(|bytes| bytes > 0) {} };
    let _ = tokio::time::timeout(DRAIN_LIMIT, reading).await;
}
