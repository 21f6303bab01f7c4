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

/// How long a client may go on sending after it was answered.
const DRAIN_LIMIT: Duration = Duration::from_secs(2);

/// How long a connection stays open after an answer that came twice: long enough for the client to
/// send its next request over it, if it would.
const LEFT_OPEN: Duration = Duration::from_millis(50);

/// How much is read at once.
const PIECE_BYTES: usize = 64 * 1024;

/// How much of a body that is held is read before its sender is left to wait.
const HELD_BYTES: usize = 1024 * 1024;

/// How a body's way ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// All of it went on, or its sender went away.
    Whole,
    /// A rule cut it.
    Cut,
    /// The receiver takes no more.
    Refused,
}

/// What is done to a body on its way.
#[derive(Clone, Copy, Debug, Default)]
struct Shape {
    cut_after: Option<u64>,
    hold_after: Option<u64>,
    bytes_per_second: Option<u64>,
    flip_at: Option<u64>,
    lose_answer: bool,
    answer_twice: bool,
    /// A server closes when it has said everything; a client that closes gives up.
    is_response: bool,
}

/// How a hold ended.
enum Held {
    Released,
    SenderLeft,
}

/// Notes the end of a request, however it ends.
struct Ended<'a> {
    state: &'a State,
    seen: usize,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.state.note(self.seen, |request| request.ended = true);
    }
}

/// One request of one connection, from its first byte to the end of its response.
pub(super) async fn serve(mut client: TcpStream, state: Arc<State>) -> Result<()> {
    client.set_nodelay(true)?;
    let mut buffer = BytesMut::new();
    let request = match Head::read(&mut client, &mut buffer).await {
        // As a server on plain HTTP answers; without it, containerd does not fall back to HTTP.
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            client.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\nThis is plain HTTP.\n").await?;
            return client.shutdown().await;
        }
        read => read?,
    };
    let Some((request, _)) = request else { return Ok(()) };
    let (fault, seen) = state.judge(&request);
    let _ended = Ended { state: &state, seen };
    if let (Some(watcher), Some(request)) = (&state.watcher, state.seen(seen)) {
        watcher.before(&request).await;
    }
    let mut to_upstream = Shape::default();
    let mut to_client = Shape { is_response: true, ..Shape::default() };
    match fault {
        Some(Fault::Drop) => return Ok(()),
        Some(Fault::Answer { status, headers, body }) => {
            return answer(client, &request, status, &headers, &body).await;
        }
        Some(Fault::Delay(time)) => tokio::time::sleep(time).await,
        Some(Fault::LoseAnswer) => to_client.lose_answer = true,
        Some(Fault::AnswerTwice) => to_client.answer_twice = true,
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
    upstream.write_all(&request.closing()).await?;
    let (mut client_in, mut client_out) = client.into_split();
    let (upstream_in, mut upstream_out) = upstream.into_split();
    let counted = |bytes| state.note(seen, |request| request.body_bytes += bytes);
    let request_body = async {
        let body = buffer.freeze();
        pump(&mut client_in, &mut upstream_out, body, None, to_upstream, &state.released, counted)
            .await
    };
    let end = {
        let response = respond(upstream_in, &mut client_out, &request, seen, to_client, &state);
        let mut response = std::pin::pin!(response);
        tokio::select! {
            biased;
            end = &mut response => end?,
            end = request_body => match end? {
                // The upstream answers without hearing the request to its end.
                End::Refused => response.await?,
                // It is cut or the client went away: both sides are dropped, as a broken line.
                End::Whole | End::Cut => End::Cut,
            },
        }
    };
    if end == End::Cut {
        return Ok(());
    }
    client_out.shutdown().await?;
    drain(client_in).await;
    Ok(())
}

/// The response of the upstream, its head included.
async fn respond(
    mut upstream: OwnedReadHalf,
    client: &mut OwnedWriteHalf,
    request: &Head,
    seen: usize,
    shape: Shape,
    state: &State,
) -> Result<End> {
    let mut buffer = BytesMut::new();
    loop {
        let Some((mut head, raw)) = Head::read(&mut upstream, &mut buffer).await? else {
            return Ok(End::Cut);
        };
        if (100..200).contains(&head.status()) {
            client.write_all(&raw).await?;
            continue;
        }
        state.note(seen, |request| request.status = Some(head.status()));
        if let (Some(watcher), Some(request)) = (&state.watcher, state.seen(seen)) {
            watcher.after(&request).await;
        }
        if shape.lose_answer {
            return Ok(End::Cut);
        }
        if let Some(host) = request.value("host") {
            head.lead_back(&state.upstream, host);
        }
        let bodiless = request.method() == "HEAD" || matches!(head.status(), 204 | 304);
        let length = if bodiless { Some(0) } else { head.content_length() };
        // A body of unknown length ends with its connection, so that there is no second one.
        if let (true, Some(length)) = (shape.answer_twice, length) {
            return twice(&mut upstream, client, &head, buffer, length).await;
        }
        client.write_all(&head.closing()).await?;
        let body = buffer.freeze();
        return pump(&mut upstream, client, body, length, shape, &state.released, |_| {}).await;
    }
}

/// The same answer two times, with nothing between them.
async fn twice(
    upstream: &mut OwnedReadHalf,
    client: &mut OwnedWriteHalf,
    head: &Head,
    mut body: BytesMut,
    length: u64,
) -> Result<End> {
    while (body.len() as u64) < length {
        if upstream.read_buf(&mut body).await? == 0 {
            return Ok(End::Cut);
        }
    }
    let answer = [head.keeping().as_slice(), &body].concat().repeat(2);
    if client.write_all(&answer).await.is_err() {
        return Ok(End::Refused);
    }
    tokio::time::sleep(LEFT_OPEN).await;
    Ok(End::Whole)
}

/// Moves a body until it is whole: `length` bytes, or all until the connection ends.
async fn pump(
    from: &mut OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    first: Bytes,
    length: Option<u64>,
    shape: Shape,
    released: &watch::Receiver<bool>,
    counted: impl Fn(u64),
) -> Result<End> {
    let mut buffer = BytesMut::from(&first[..]);
    let mut moved = 0;
    let start = tokio::time::Instant::now();
    loop {
        if shape.cut_after.is_some_and(|limit| moved >= limit) {
            return Ok(End::Cut);
        }
        if shape.hold_after.is_some_and(|limit| moved >= limit) && !*released.borrow() {
            match held(from, &mut buffer, released.clone(), shape.is_response).await {
                Held::Released => continue,
                Held::SenderLeft => return Ok(End::Cut),
            }
        }
        if length.is_some_and(|length| moved >= length) {
            return Ok(End::Whole);
        }
        if buffer.is_empty() {
            buffer.reserve(PIECE_BYTES);
            if from.read_buf(&mut buffer).await? == 0 {
                return Ok(End::Whole);
            }
        }
        let mut piece = buffer.len() as u64;
        let holding = shape.hold_after.filter(|_| !*released.borrow());
        for limit in [shape.cut_after, holding, length].into_iter().flatten() {
            piece = piece.min(limit.saturating_sub(moved));
        }
        if let Some(speed) = shape.bytes_per_second {
            // Ten pieces a second.
            piece = piece.min((speed / 10).max(1));
        }
        let mut bytes = buffer.split_to(usize::try_from(piece).unwrap_or(usize::MAX));
        if let Some(at) = shape.flip_at
            && let Some(byte) = at.checked_sub(moved).and_then(|at| usize::try_from(at).ok())
            && let Some(byte) = bytes.get_mut(byte)
        {
            *byte ^= 1;
        }
        if let Some(speed) = shape.bytes_per_second {
            let due = Duration::from_secs_f64((moved + piece) as f64 / speed as f64);
            tokio::time::sleep_until(start + due).await;
        }
        if to.write_all(&bytes).await.is_err() {
            return Ok(End::Refused);
        }
        moved += piece;
        counted(piece);
    }
}

/// Waits for the release. It reads on meanwhile, because the end of a connection comes after the
/// bytes that are on the way.
async fn held(
    from: &mut OwnedReadHalf,
    buffer: &mut BytesMut,
    mut released: watch::Receiver<bool>,
    sender_may_leave: bool,
) -> Held {
    let mut ended = false;
    loop {
        tokio::select! {
            outcome = released.wait_for(|released| *released) => {
                return if outcome.is_ok() { Held::Released } else { Held::SenderLeft };
            }
            read = from.read_buf(buffer), if !ended && buffer.len() < HELD_BYTES => {
                ended = !read.is_ok_and(|bytes| bytes > 0);
                if ended && !sender_may_leave {
                    return Held::SenderLeft;
                }
            }
        }
    }
}

async fn answer(
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

/// Reads on what the client still sends: closing over unread bytes would reset the connection, and
/// the answer with it.
async fn drain(mut client: OwnedReadHalf) {
    let mut waste = vec![0; 64 * 1024];
    let reading = async { while client.read(&mut waste).await.is_ok_and(|bytes| bytes > 0) {} };
    let _ = tokio::time::timeout(DRAIN_LIMIT, reading).await;
}
