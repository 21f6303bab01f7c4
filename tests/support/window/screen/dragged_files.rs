//! A file manager that drops files on the window, with the protocol that all of them use: XDND, version 5
//! (freedesktop.org, Drag-and-Drop Protocol for the X Window System).

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{XConnection, number_at};

/// How long the window may take to answer each message.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// The version of the protocol, as `XdndEnter` has it.
const VERSION: u32 = 5 << 24;

const SELECTION_REQUEST: u8 = 30;
const SELECTION_NOTIFY: u8 = 31;
const CLIENT_MESSAGE: u8 = 33;

/// Drags files over the middle of the largest window of a screen, and drops them there.
pub(in crate::window) fn drop_files(display: &str, files: &[&Path]) -> Result<()> {
    let uris: String = files.iter().map(|file| format!("file://{}\r\n", file.display())).collect();
    FileManager::start(display, uris)?.drag_and_drop()
}

struct FileManager {
    screen: XConnection,
    /// The window of the file manager, which answers questions about the files.
    own: u32,
    target: u32,
    /// The list of files in the type `text/uri-list`.
    uris: String,
    list_type: u32,
    selection: u32,
}

impl FileManager {
    fn start(display: &str, uris: String) -> Result<Self> {
        let mut screen = XConnection::connect(display)?;
        let target = screen.largest_window()?.context("no window is visible")?;
        let own = screen.first_id;
        let (input_only, depth, as_parent) = (2_u16, 0, 0_u32);
        let mut window = [own, screen.root].map(u32::to_le_bytes).concat();
        window.extend([0, 0, 1, 1, 0, input_only].map(u16::to_le_bytes).concat());
        window.extend([as_parent, 0].map(u32::to_le_bytes).concat());
        screen.send(1, depth, window)?;
        let selection = screen.atom("XdndSelection")?;
        let list_type = screen.atom("text/uri-list")?;
        let now = 0;
        screen.send(22, 0, [own, selection, now].map(u32::to_le_bytes).concat())?;
        screen.stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        Ok(Self { screen, own, target, uris, list_type, selection })
    }

    fn drag_and_drop(mut self) -> Result<()> {
        let [left, top, width, height] = self.screen.geometry(self.target)?;
        let place = ((left + width / 2) << 16) | (top + height / 2);
        let place = u32::try_from(place)?;
        let enter = self.screen.atom("XdndEnter")?;
        let position = self.screen.atom("XdndPosition")?;
        let drop = self.screen.atom("XdndDrop")?;
        let status = self.screen.atom("XdndStatus")?;
        let finished = self.screen.atom("XdndFinished")?;
        let copy = self.screen.atom("XdndActionCopy")?;
        let (own, now) = (self.own, 0);
        self.tell(enter, [own, VERSION, self.list_type, 0, 0])?;
        self.tell(position, [own, 0, place, now, copy])?;
        // The window reads the list of files before it knows whether it accepts them.
        let mut is_read = false;
        let mut is_answered = false;
        while !(is_read && is_answered) {
            let event = self.next_event()?;
            is_read |= self.answer(&event)?;
            is_answered |= is_message(&event, status)?;
        }
        // A pointer that moves on is asked for again, with the list known.
        self.tell(position, [own, 0, place + 1, now, copy])?;
        while !is_message(&self.next_event()?, status)? {}
        self.tell(drop, [own, 0, now, 0, 0])?;
        loop {
            let event = self.next_event()?;
            self.answer(&event)?;
            if is_message(&event, finished)? {
                return Ok(());
            }
        }
    }

    /// Sends a message of the protocol to the window.
    fn tell(&mut self, kind: u32, data: [u32; 5]) -> Result<()> {
        let mut event = vec![CLIENT_MESSAGE, 32, 0, 0];
        event.extend([self.target, kind].map(u32::to_le_bytes).concat());
        event.extend(data.map(u32::to_le_bytes).concat());
        self.send_event(self.target, &event)
    }

    /// Writes the list of files where the window asked for it. Returns whether it did.
    fn answer(&mut self, event: &[u8]) -> Result<bool> {
        if event[0] & 0x7f != SELECTION_REQUEST {
            return Ok(false);
        }
        let [time, requestor, selection, kind, property] =
            [4, 12, 16, 20, 24].map(|start| number_at(event, start));
        let (time, requestor, selection) = (time?, requestor?, selection?);
        let (kind, property) = (kind?, property?);
        ensure!(selection == self.selection, "another selection is asked for");
        let (replace, bytes) = (0, 8);
        let is_known = kind == self.list_type;
        if is_known {
            let mut body = [requestor, property, kind].map(u32::to_le_bytes).concat();
            body.extend([bytes, 0, 0, 0]);
            body.extend(u32::try_from(self.uris.len())?.to_le_bytes());
            body.extend(self.uris.as_bytes());
            self.screen.send(18, replace, body)?;
        }
        let mut notify = vec![SELECTION_NOTIFY, 0, 0, 0];
        let written = if is_known { property } else { 0 };
        notify.extend([time, requestor, selection, kind, written].map(u32::to_le_bytes).concat());
        self.send_event(requestor, &notify)?;
        Ok(is_known)
    }

    fn send_event(&mut self, window: u32, event: &[u8]) -> Result<()> {
        let no_mask = 0;
        let mut body = [window, no_mask].map(u32::to_le_bytes).concat();
        body.extend(event);
        body.resize(8 + 32, 0);
        self.screen.send(25, 0, body)
    }

    fn next_event(&mut self) -> Result<Vec<u8>> {
        let mut event = vec![0; 32];
        let read = self.screen.stream.read_exact(&mut event);
        read.context("the window doesn't answer the file manager")?;
        ensure!(event[0] != 0, "the screen rejects a request with error {}", event[1]);
        Ok(event)
    }
}

fn is_message(event: &[u8], kind: u32) -> Result<bool> {
    Ok(event[0] & 0x7f == CLIENT_MESSAGE && number_at(event, 8)? == kind)
}
