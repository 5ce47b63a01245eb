//! Server-sent events, line by line, as the HTML standard has them ("9.2.6 Interpreting an event stream").

/// The most bytes of one event, or of one line.
pub const LARGEST_EVENT: usize = 1 << 20;

/// What a stream says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An event.
    Message(Message),
    /// A comment: the relay's sign of life.
    Heartbeat,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its own `id`, where it has one.
    pub id: Option<String>,
    /// Its `event`; `message` where it has none.
    pub name: String,
    /// Its `data`, lines joined by line feeds.
    pub data: String,
}

/// An event beyond [`LARGEST_EVENT`]: the stream is not a relay's, and is of no further use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event of the stream is longer than {LARGEST_EVENT} bytes")]
pub struct TooLong;

/// Makes events of bytes as they come, in pieces of any size.
#[derive(Debug, Default)]
pub struct EventReader {
    line: Vec<u8>,
    /// A carriage return ended the last line; a line feed right after it belongs to it.
    after_return: bool,
    begun: bool,
    id: Option<String>,
    name: Option<String>,
    data: Option<String>,
}

impl EventReader {
    /// Takes the next bytes and gives the events that they complete.
    ///
    /// # Errors
    /// When an event is too long.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        for &byte in bytes {
            let belongs_to_return = std::mem::take(&mut self.after_return) && byte == b'\n';
            match byte {
                b'\n' if belongs_to_return => {}
                b'\n' | b'\r' => {
                    self.after_return = byte == b'\r';
                    let line = std::mem::take(&mut self.line);
                    events.extend(self.end_of_line(&line)?);
                    // Its memory serves the next line.
                    self.line = line;
                    self.line.clear();
                }
                _ => {
                    if self.line.len() >= LARGEST_EVENT {
                        return Err(TooLong);
                    }
                    self.line.push(byte);
                }
            }
        }
        Ok(events)
    }

    fn end_of_line(&mut self, line: &[u8]) -> Result<Option<Event>, TooLong> {
        let line = String::from_utf8_lossy(line);
        let mut line = line.as_ref();
        if !std::mem::replace(&mut self.begun, true) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            let (id, name) = (self.id.take(), self.name.take());
            let message = |data| Message { id, name: name.unwrap_or_else(|| "message".to_owned()), data };
            return Ok(self.data.take().map(message).map(Event::Message));
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => return Ok(Some(Event::Heartbeat)),
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "event" if !value.is_empty() => self.name = Some(value.to_owned()),
            "data" => match &mut self.data {
                Some(data) => {
                    if data.len() + value.len() >= LARGEST_EVENT {
                        return Err(TooLong);
                    }
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            // `retry`, and what later versions of the standard may bring.
            _ => {}
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8]) -> Vec<Event> {
        EventReader::default().feed(text).unwrap()
    }

    fn message(id: Option<&str>, name: &str, data: &str) -> Event {
        let id = id.map(ToOwned::to_owned);
        Event::Message(Message { id, name: name.to_owned(), data: data.to_owned() })
    }

    #[test]
    fn a_stream_is_read_as_the_standard_says() {
        let text = "\u{feff}: alive\n\nevent: signal\nid: 7\ndata: {\"a\":1}\n\ndata:x\ndata\ndata:  y\n\nid: 8\n\nretry: 5\n\n";
        let expected = [
            Event::Heartbeat,
            message(Some("7"), "signal", "{\"a\":1}"),
            message(None, "message", "x\n\n y"),
        ];
        assert_eq!(read(text.as_bytes()), expected);
    }

    #[test]
    fn an_event_without_its_empty_line_is_none() {
        assert_eq!(read(b"data: half"), []);
        assert_eq!(read(b"data: half\n"), []);
    }

    #[test]
    fn an_id_does_not_pass_to_the_next_event() {
        assert_eq!(
            read(b"id: 1\ndata: a\n\ndata: b\n\n"),
            [message(Some("1"), "message", "a"), message(None, "message", "b")]
        );
    }

    #[test]
    fn an_endless_line_and_an_endless_event_are_refused() {
        let mut reader = EventReader::default();
        let chunk = vec![b'x'; LARGEST_EVENT / 4 + 1];
        assert!((0..5).map(|_| reader.feed(&chunk)).any(|result| result == Err(TooLong)));
        let mut reader = EventReader::default();
        let line = [b"data:".as_slice(), &chunk, b"\n"].concat();
        assert!((0..5).map(|_| reader.feed(&line)).any(|result| result == Err(TooLong)));
    }

    fn written(event: &Event, end: &str) -> String {
        match event {
            Event::Heartbeat => format!(": alive{end}{end}"),
            Event::Message(message) => {
                let id = message.id.as_ref().map(|id| format!("id: {id}{end}")).unwrap_or_default();
                let data: String =
                    message.data.split('\n').map(|line| format!("data: {line}{end}")).collect();
                format!("event: {}{end}{id}{data}{end}", message.name)
            }
        }
    }

    fn any_event() -> impl Strategy<Value = Event> {
        let text = "[a-zA-Z0-9:{}\" äß€]{0,12}";
        let message =
            (proptest::option::of("[0-9]{1,6}"), "[a-z]{1,8}", proptest::collection::vec(text, 1..4))
                .prop_map(|(id, name, lines)| Event::Message(Message { id, name, data: lines.join("\n") }));
        prop_oneof![1 => Just(Event::Heartbeat), 4 => message]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_however_it_is_cut(
            events in proptest::collection::vec(any_event(), 0..8),
            end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
            cuts in proptest::collection::vec(1_usize..9, 1..40),
        ) {
            let bytes: Vec<u8> = events.iter().flat_map(|event| written(event, end).into_bytes()).collect();
            let mut reader = EventReader::default();
            let (mut rest, mut found) = (bytes.as_slice(), Vec::new());
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                found.extend(reader.feed(now).unwrap());
                rest = later;
            }
            prop_assert_eq!(found, events);
        }

        #[test]
        fn any_bytes_are_read_alike_in_one_piece_and_byte_by_byte(
            bytes in proptest::collection::vec(prop_oneof![
                Just(b'\n'), Just(b'\r'), Just(b':'), Just(b'd'), any::<u8>()
            ], 0..200),
        ) {
            let whole = EventReader::default().feed(&bytes).unwrap();
            let mut reader = EventReader::default();
            let single: Vec<Event> =
                bytes.chunks(1).flat_map(|byte| reader.feed(byte).unwrap()).collect();
            prop_assert_eq!(whole, single);
        }
    }
}
