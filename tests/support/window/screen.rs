use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use anyhow::{Context, Result, ensure};

/// Sends every window of a screen that takes it the message `WM_DELETE_WINDOW`, which is what a
/// click on the button in the title bar does where a window manager draws one (ICCCM, 4.2.8.1).
pub(super) fn ask_to_close(display: &str) -> Result<()> {
    let mut screen = Screen::connect(display)?;
    let protocols = screen.atom("WM_PROTOCOLS")?;
    let delete = screen.atom("WM_DELETE_WINDOW")?;
    let mut asked = 0;
    for window in screen.top_windows()? {
        if screen.property(window, protocols)?.contains(&delete) {
            screen.send_message(window, protocols, delete)?;
            asked += 1;
        }
    }
    // An answer to a later question shows that the messages have arrived.
    screen.atom("WM_PROTOCOLS")?;
    ensure!(asked > 0, "no window on {display} can be asked to close");
    Ok(())
}

/// As much of the X Window System Protocol, version 11, as that takes; little-endian throughout.
struct Screen {
    stream: UnixStream,
    root: u32,
}

impl Screen {
    fn connect(display: &str) -> Result<Self> {
        let number = display.trim_start_matches(':');
        let mut stream = UnixStream::connect(format!("/tmp/.X11-unix/X{number}"))?;
        // Byte order, protocol 11.0, no authorisation.
        stream.write_all(&[b'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
        let mut head = [0; 8];
        stream.read_exact(&mut head)?;
        ensure!(head[0] == 1, "the screen {display} lets nobody in");
        let mut rest = vec![0; usize::from(u16::from_le_bytes([head[6], head[7]])) * 4];
        stream.read_exact(&mut rest)?;
        // 32 bytes, the vendor's name in words of four, eight bytes a picture format; the screens.
        let vendor = usize::from(u16::from_le_bytes([rest[16], rest[17]])).next_multiple_of(4);
        let screens = 32 + vendor + usize::from(rest[21]) * 8;
        let root = number_at(&rest, screens)?;
        Ok(Self { stream, root })
    }

    fn atom(&mut self, name: &str) -> Result<u32> {
        let length = u16::try_from(name.len())?;
        let mut body = length.to_le_bytes().to_vec();
        body.extend([0, 0]);
        body.extend(name.as_bytes());
        let (head, _) = self.ask(16, 0, body)?;
        number_at(&head, 8)
    }

    fn top_windows(&mut self) -> Result<Vec<u32>> {
        let (_, windows) = self.ask(15, 0, self.root.to_le_bytes().to_vec())?;
        Ok(windows)
    }

    /// The numbers of a property; none where the window has no such property.
    fn property(&mut self, window: u32, name: u32) -> Result<Vec<u32>> {
        let (any_type, offset, most) = (0, 0, 64);
        let body = [window, name, any_type, offset, most].map(u32::to_le_bytes).concat();
        Ok(self.ask(20, 0, body)?.1)
    }

    fn send_message(&mut self, window: u32, kind: u32, first: u32) -> Result<()> {
        let (client_message, thirty_two_bits) = (33, 32);
        let mut body = [window, 0].map(u32::to_le_bytes).concat();
        body.extend([client_message, thirty_two_bits, 0, 0]);
        body.extend([window, kind, first, 0, 0, 0, 0].map(u32::to_le_bytes).concat());
        self.send(25, 0, body)
    }

    fn send(&mut self, operation: u8, detail: u8, mut body: Vec<u8>) -> Result<()> {
        body.resize(body.len().next_multiple_of(4), 0);
        let words = u16::try_from(body.len() / 4 + 1)?.to_le_bytes();
        self.stream.write_all(&[operation, detail, words[0], words[1]])?;
        Ok(self.stream.write_all(&body)?)
    }

    /// Sends a request and answers its reply: the first 32 bytes, and the numbers behind them.
    fn ask(&mut self, operation: u8, detail: u8, body: Vec<u8>) -> Result<(Vec<u8>, Vec<u32>)> {
        self.send(operation, detail, body)?;
        let mut head = vec![0; 32];
        self.stream.read_exact(&mut head)?;
        ensure!(head[0] == 1, "the screen refuses request {operation} with error {}", head[1]);
        let mut rest = vec![0; usize::try_from(number_at(&head, 4)?)? * 4];
        self.stream.read_exact(&mut rest)?;
        let numbers = rest.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word));
        Ok((head, numbers.collect()))
    }
}

fn number_at(bytes: &[u8], start: usize) -> Result<u32> {
    let word = bytes.get(start..).and_then(<[u8]>::first_chunk::<4>);
    Ok(u32::from_le_bytes(*word.context("the screen's answer is cut short")?))
}
