//! A proxy that adds latency: each direction is delayed, and a new connection takes one round trip.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};

/// The latency of each direction.
const ONE_WAY: Duration = Duration::from_millis(10);
/// The maximum number of delayed reads; enough not to limit the throughput.
const PIECES: usize = 1024;
const PIECE_BYTES: usize = 64 * 1024;

/// The proxy. It stops listening when it is dropped.
pub struct DelayProxy {
    address: SocketAddr,
    listening: JoinHandle<()>,
}

impl DelayProxy {
    /// Starts a proxy in front of `upstream`, a host with its port.
    pub async fn start(upstream: &str) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let listening = tokio::spawn(listen(listener, upstream.to_owned()));
        Ok(Self { address, listening })
    }

    /// Host and port.
    pub fn host(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for DelayProxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, upstream: String) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((client, _)) = listener.accept() => {
                let upstream = upstream.clone();
                connections.spawn(async move {
                    // A side that disconnects ends the connection.
                    let _ = serve(client, &upstream).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(client: TcpStream, upstream: &str) -> Result<()> {
    sleep(2 * ONE_WAY).await;
    let upstream = TcpStream::connect(upstream).await?;
    for side in [&client, &upstream] {
        side.set_nodelay(true)?;
    }
    let (client_in, client_out) = client.into_split();
    let (upstream_in, upstream_out) = upstream.into_split();
    tokio::try_join!(delayed(client_in, upstream_out), delayed(upstream_in, client_out))?;
    Ok(())
}

async fn delayed(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> Result<()> {
    let (send, mut receive) = mpsc::channel::<(Instant, Bytes)>(PIECES);
    let read = async move {
        loop {
            let mut piece = BytesMut::with_capacity(PIECE_BYTES);
            if from.read_buf(&mut piece).await? == 0 {
                return Ok(());
            }
            if send.send((Instant::now() + ONE_WAY, piece.freeze())).await.is_err() {
                return Ok(());
            }
        }
    };
    let write = async move {
        while let Some((due, piece)) = receive.recv().await {
            sleep_until(due).await;
            to.write_all(&piece).await?;
        }
        to.shutdown().await?;
        Ok::<_, anyhow::Error>(())
    };
    tokio::try_join!(read, write)?;
    Ok(())
}
