//! The virtual screen: screenshots, input devices, focus, and requests to close a window. Speaks the protocol
//! of the X Window System directly.

mod dragged_files;

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::wait::wait_until_true;

pub(super) use dragged_files::drop_files;

/// Sends `WM_DELETE_WINDOW` to every window of a screen that supports it, like the close button that a window
/// manager draws in the title bar (ICCCM, 4.2.8.1).
pub(super) fn ask_to_close(display: &str) -> Result<()> {
    let mut screen = XConnection::connect(display)?;
    let protocols = screen.atom("WM_PROTOCOLS")?;
    let delete = screen.atom("WM_DELETE_WINDOW")?;
    let mut sent = 0;
    for window in screen.top_windows()? {
        if screen.property(window, protocols)?.contains(&delete) {
            screen.send_message(window, protocols, delete)?;
            sent += 1;
        }
    }
    screen.settle()?;
    ensure!(sent > 0, "no window on {display} can be asked to close");
    Ok(())
}

/// Takes the keyboard focus away from every window of a screen, as if the user switched to another
/// application.
pub(super) fn take_focus_away(display: &str) -> Result<()> {
    let mut screen = XConnection::connect(display)?;
    let (nobody, now) = (0_u32, 0_u32);
    screen.send(42, 0, [nobody, now].map(u32::to_le_bytes).concat())?;
    screen.settle()
}

/// A screenshot of the window.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Picture {
    width: u32,
    height: u32,
    /// Blue, green, red and a padding byte for each pixel, row by row.
    pixels: Vec<u8>,
}

/// Takes a screenshot of the largest visible window of a screen.
pub(super) fn picture(display: &str) -> Result<Picture> {
    let mut screen = XConnection::connect(display)?;
    let window = screen.largest_window()?.context("no window is visible")?;
    picture_of(&mut screen, window)
}

/// Waits until the window stops changing, because animations have finished. For content that always changes,
/// such as a progress bar, waits a few seconds.
pub(super) async fn wait_until_still(seen: impl Fn() -> Option<Picture>) {
    let mut last = seen();
    // After the limit it counts as still.
    let _ = wait_until_true(ANIMATION_LIMIT, "the screen to stay the same", async || {
        tokio::time::sleep(STILL_DURATION).await;
        let now = seen();
        std::mem::replace(&mut last, now.clone()) == now
    })
    .await;
}

/// The maximum time to wait for animations.
const ANIMATION_LIMIT: Duration = Duration::from_secs(3);

/// How long the window must be unchanged to count as still.
const STILL_DURATION: Duration = Duration::from_millis(120);

fn picture_of(screen: &mut XConnection, window: u32) -> Result<Picture> {
    let [_, _, width, height] = screen.geometry(window)?;
    let (pixels_line_by_line, every_plane) = (2, u32::MAX);
    let mut body = window.to_le_bytes().to_vec();
    body.extend([0, 0, 0, 0]);
    body.extend([u16::try_from(width)?, u16::try_from(height)?].map(u16::to_le_bytes).concat());
    body.extend(every_plane.to_le_bytes());
    let (_, pixels) = screen.request_bytes(73, pixels_line_by_line, body)?;
    Ok(Picture { width: u32::try_from(width)?, height: u32::try_from(height)?, pixels })
}

impl Picture {
    /// Writes it as a PNG file.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let file = std::io::BufWriter::new(std::fs::File::create(path)?);
        let mut encoder = png::Encoder::new(file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        // Trying all filters takes a second per picture in a debug build, and a tour saves a hundred.
        encoder.set_filter(png::Filter::NoFilter);
        let mut colors = Vec::with_capacity(self.pixels.len());
        for [blue, green, red, _] in self.pixels.as_chunks::<4>().0 {
            colors.extend_from_slice(&[*red, *green, *blue]);
        }
        encoder.write_header()?.write_image_data(&colors)?;
        Ok(())
    }
}

/// The pointer and the keyboard of a screen. Events go through the XTEST extension, so they reach the window
/// like those of a user.
pub(super) struct UserInput {
    screen: XConnection,
    window: u32,
    test: u8,
}

impl UserInput {
    /// Opens the input devices for the largest visible window of a screen.
    pub(super) fn over(display: &str) -> Result<Self> {
        let mut screen = XConnection::connect(display)?;
        let (present, test) = {
            let (head, _) = screen.request(98, 0, text("XTEST")?)?;
            (head[8] == 1, head[9])
        };
        ensure!(present, "the screen {display} has no XTEST");
        let window = screen.largest_window()?.context("no window is visible")?;
        Ok(Self { screen, window, test })
    }

    /// The same for a system dialog in front of that window. Returns `None` if there is no dialog.
    pub(super) fn over_dialog(display: &str) -> Result<Option<Self>> {
        let mut hand = Self::over(display)?;
        let windows = hand.screen.visible_windows()?;
        let dialog = windows.into_iter().rfind(|(_, window)| *window != hand.window);
        Ok(dialog.filter(|(pixels, _)| *pixels >= SMALLEST_DIALOG).map(|(_, window)| {
            hand.window = window;
            hand
        }))
    }

    /// Takes a screenshot of the window.
    pub(super) fn picture(&mut self) -> Result<Picture> {
        picture_of(&mut self.screen, self.window)
    }

    /// Clicks a point of the page, in CSS pixels from its top left corner. `page` is the size of the page.
    pub(super) fn click(&mut self, place: [i64; 2], page: [i64; 2]) -> Result<()> {
        let [left, top, width, height] = self.screen.geometry(self.window)?;
        let (moved, pressed, released, first_button) = (6, 4, 5, 1);
        // A title bar that the window draws itself is above the page.
        let x = left + (width - page[0]) / 2 + place[0];
        let y = top + (height - page[1]) + place[1];
        self.fake_input(moved, 0, [i16::try_from(x)?, i16::try_from(y)?])?;
        self.fake_input(pressed, first_button, [0, 0])?;
        self.fake_input(released, first_button, [0, 0])?;
        self.screen.settle()
    }

    /// Moves the pointer to the top left corner of the screen, where nothing reacts to it.
    pub(super) fn rest_pointer(&mut self) -> Result<()> {
        let moved = 6;
        self.fake_input(moved, 0, [0, 0])?;
        self.screen.settle()
    }

    /// Presses keys one after another, each with its modifiers.
    pub(super) fn press(&mut self, keys: &[Vec<u32>]) -> Result<()> {
        let (revert_to_pointer, now) = (1, 0_u32);
        let focus = [self.window, now].map(u32::to_le_bytes).concat();
        self.screen.send(42, revert_to_pointer, focus)?;
        let board = self.screen.keyboard()?;
        for symbols in keys {
            let mut codes = Vec::new();
            for symbol in symbols {
                codes.extend(board.codes(*symbol)?);
            }
            let (pressed, released) = (2, 3);
            for code in &codes {
                self.fake_input(pressed, *code, [0, 0])?;
            }
            for code in codes.iter().rev() {
                self.fake_input(released, *code, [0, 0])?;
            }
        }
        self.screen.settle()
    }

    /// `XTestFakeInput` of the XTEST extension, 2.2.
    fn fake_input(&mut self, kind: u8, detail: u8, place: [i16; 2]) -> Result<()> {
        let at_once = [0; 4];
        let mut body = vec![kind, detail, 0, 0];
        body.extend(at_once);
        body.extend(self.screen.root.to_le_bytes());
        body.extend([0; 8]);
        body.extend(place.map(i16::to_le_bytes).concat());
        body.extend([0; 8]);
        self.screen.send(self.test, 2, body)
    }
}

/// Maps keysyms to keys.
struct Keyboard {
    first: u8,
    levels: usize,
    symbols: Vec<u32>,
}

impl Keyboard {
    /// The keys to press for a keysym: its key, after Shift if it is on the second level.
    fn codes(&self, symbol: u32) -> Result<Vec<u8>> {
        let key = |wanted: u32, level: usize| {
            let keys = self.symbols.chunks(self.levels);
            let at = keys.into_iter().position(|levels| levels.get(level) == Some(&wanted))?;
            Some(self.first + u8::try_from(at).ok()?)
        };
        if let Some(code) = key(symbol, 0) {
            return Ok(vec![code]);
        }
        let shifted = [key(SHIFT, 0), key(symbol, 1)].into_iter().collect::<Option<_>>();
        shifted.with_context(|| format!("no key has the symbol {symbol:#x}"))
    }
}

/// The minimum area of a dialog in pixels. Toolkits create small invisible windows.
const SMALLEST_DIALOG: i64 = 200 * 100;

/// The keysym `XK_Shift_L`.
pub(super) const SHIFT: u32 = 0xffe1;

/// A connection to an X server. Implements the part of the X Window System Protocol, version 11, that this
/// module needs; little-endian throughout.
struct XConnection {
    stream: UnixStream,
    root: u32,
    /// The first number for windows of this connection.
    first_id: u32,
    keys: [u8; 2],
}

impl XConnection {
    fn connect(display: &str) -> Result<Self> {
        let number = display.trim_start_matches(':');
        let mut stream = UnixStream::connect(format!("/tmp/.X11-unix/X{number}"))?;
        // Byte order, protocol 11.0, no authorization.
        stream.write_all(&[b'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
        let mut head = [0; 8];
        stream.read_exact(&mut head)?;
        ensure!(head[0] == 1, "the screen {display} rejects the connection");
        let mut rest = vec![0; usize::from(u16::from_le_bytes([head[6], head[7]])) * 4];
        stream.read_exact(&mut rest)?;
        // 32 bytes, the vendor's name in words of four bytes, eight bytes per picture format, then the
        // screens.
        let vendor = usize::from(u16::from_le_bytes([rest[16], rest[17]])).next_multiple_of(4);
        let screens = 32 + vendor + usize::from(rest[21]) * 8;
        let root = number_at(&rest, screens)?;
        let keys = [rest[26], rest[27]];
        let first_id = number_at(&rest, 4)?;
        Ok(Self { stream, root, first_id, keys })
    }

    fn atom(&mut self, name: &str) -> Result<u32> {
        let (head, _) = self.request(16, 0, text(name)?)?;
        number_at(&head, 8)
    }

    fn top_windows(&mut self) -> Result<Vec<u32>> {
        let (_, windows) = self.request(15, 0, self.root.to_le_bytes().to_vec())?;
        Ok(windows)
    }

    /// The numbers of a property. Empty if the window does not have the property.
    fn property(&mut self, window: u32, name: u32) -> Result<Vec<u32>> {
        let (any_type, offset, most) = (0, 0, 64);
        let body = [window, name, any_type, offset, most].map(u32::to_le_bytes).concat();
        Ok(self.request(20, 0, body)?.1)
    }

    /// The largest visible window of a program.
    fn largest_window(&mut self) -> Result<Option<u32>> {
        Ok(self.visible_windows()?.pop().map(|(_, window)| window))
    }

    /// The visible windows of programs with their areas in pixels, sorted by area.
    fn visible_windows(&mut self) -> Result<Vec<(i64, u32)>> {
        let mut seen = Vec::new();
        for window in self.top_windows()? {
            let (attributes, _) = self.request(3, 0, window.to_le_bytes().to_vec())?;
            let (is_mapped, takes_input) = (attributes[26] == 2, attributes[12] == 1);
            if is_mapped && takes_input {
                let [_, _, width, height] = self.geometry(window)?;
                seen.push((width * height, window));
            }
        }
        seen.sort_unstable();
        Ok(seen)
    }

    /// Left, top, width and height of a top-level window.
    fn geometry(&mut self, window: u32) -> Result<[i64; 4]> {
        let (head, _) = self.request(14, 0, window.to_le_bytes().to_vec())?;
        let word = |at: usize| [head[at], head[at + 1]];
        let signed = |at| i64::from(i16::from_le_bytes(word(at)));
        let counted = |at| i64::from(u16::from_le_bytes(word(at)));
        Ok([signed(12), signed(14), counted(16), counted(18)])
    }

    fn keyboard(&mut self) -> Result<Keyboard> {
        let [first, last] = self.keys;
        let (head, symbols) = self.request(101, 0, vec![first, last - first + 1, 0, 0])?;
        Ok(Keyboard { first, levels: usize::from(head[1]).max(1), symbols })
    }

    /// Waits until all requests were executed: their replies arrive in order.
    fn settle(&mut self) -> Result<()> {
        self.atom("WM_PROTOCOLS")?;
        Ok(())
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

    /// Sends a request and returns its reply: the first 32 bytes, and the numbers after them.
    fn request(&mut self, operation: u8, detail: u8, body: Vec<u8>) -> Result<(Vec<u8>, Vec<u32>)> {
        let (head, rest) = self.request_bytes(operation, detail, body)?;
        let numbers = rest.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word));
        Ok((head, numbers.collect()))
    }

    /// The same with the bytes after the first 32.
    fn request_bytes(
        &mut self,
        operation: u8,
        detail: u8,
        body: Vec<u8>,
    ) -> Result<(Vec<u8>, Vec<u8>)> {
        self.send(operation, detail, body)?;
        let mut head = vec![0; 32];
        self.stream.read_exact(&mut head)?;
        // Events, such as keyboard changes, can arrive before the reply.
        while head[0] > 1 {
            self.stream.read_exact(&mut head)?;
        }
        ensure!(head[0] == 1, "the screen rejects request {operation} with error {}", head[1]);
        let mut rest = vec![0; usize::try_from(number_at(&head, 4)?)? * 4];
        self.stream.read_exact(&mut rest)?;
        Ok((head, rest))
    }
}

/// The encoding of a text in a request: its length, two unused bytes, and the text.
fn text(text: &str) -> Result<Vec<u8>> {
    let length = u16::try_from(text.len())?.to_le_bytes();
    Ok([&length[..], &[0, 0], text.as_bytes()].concat())
}

fn number_at(bytes: &[u8], start: usize) -> Result<u32> {
    let word = bytes.get(start..).and_then(<[u8]>::first_chunk::<4>);
    Ok(u32::from_le_bytes(*word.context("the reply of the screen is incomplete")?))
}
