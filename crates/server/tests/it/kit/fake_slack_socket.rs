//! The other end of Socket Mode, as Slack documents it: ours, for nothing public plays it. The handshake and the frames are
//! tungstenite's, so that Bellhop's own half of the handshake meets a stranger's.
//!
//! Source: <https://docs.slack.dev/apis/events-api/using-socket-mode>.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

use super::PATIENCE;

const MOMENT: Duration = Duration::from_millis(20);
/// How long a test waits to see that nothing comes.
const NOTHING: Duration = Duration::from_millis(150);

pub struct FakeSlackSocket {
    address: SocketAddr,
    opened: Mutex<UnboundedReceiver<SocketConnection>>,
    _accepting: JoinSet<()>,
}

/// A socket that Bellhop opened. Dropping it tears the connection.
pub struct SocketConnection(WebSocketStream<TcpStream>);

/// What Bellhop says through a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FromBellhop {
    /// The id of the envelope.
    Acknowledged(String),
    Ping,
    /// It said goodbye, or the connection ended.
    Closed,
}

impl FakeSlackSocket {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (open, opened) = unbounded_channel();
        let mut accepting = JoinSet::new();
        accepting.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                if open.send(SocketConnection(accept_async(stream).await.unwrap())).is_err() {
                    return;
                }
            }
        });
        Self { address, opened: Mutex::new(opened), _accepting: accepting }
    }

    pub fn url(&self) -> String {
        format!("ws://{}/link/?ticket=secret-ticket&app_id=A0OPS", self.address)
    }

    /// The next socket that Bellhop opens, greeted.
    pub async fn connection(&self) -> SocketConnection {
        let mut connection = self.silent_connection().await;
        connection.say(&hello("A0OPS")).await;
        connection
    }

    /// The same without a word.
    pub async fn silent_connection(&self) -> SocketConnection {
        let opened = tokio::time::timeout(PATIENCE, async { self.opened.lock().await.recv().await });
        opened.await.expect("Bellhop opens no socket").unwrap()
    }

    /// The next, if it is opened within a moment.
    pub async fn connection_soon(&self) -> Option<SocketConnection> {
        let opened = tokio::time::timeout(MOMENT, async { self.opened.lock().await.recv().await });
        let mut connection = opened.await.ok()??;
        connection.say(&hello("A0OPS")).await;
        Some(connection)
    }

    /// Whether Bellhop leaves it at the sockets that it has.
    pub async fn no_connection(&self) -> bool {
        tokio::time::timeout(NOTHING, async { self.opened.lock().await.recv().await }).await.is_err()
    }
}

impl SocketConnection {
    pub async fn say(&mut self, json: &Value) {
        self.say_raw(Message::text(json.to_string())).await;
    }

    pub async fn say_raw(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    /// `Err`: Bellhop has gone meanwhile.
    pub async fn try_say(&mut self, message: Message) -> Result<(), String> {
        self.0.send(message).await.map_err(|error| error.to_string())
    }

    pub async fn disconnect(&mut self, reason: &str) {
        self.say(&json!({ "type": "disconnect", "reason": reason, "debug_info": { "host": "fake" } })).await;
    }

    /// The next that Bellhop says. A ping of its own is answered.
    pub async fn heard(&mut self) -> FromBellhop {
        self.heard_within(PATIENCE).await.expect("Bellhop says nothing")
    }

    /// Whether it says nothing, for a moment.
    pub async fn is_silent(&mut self) -> bool {
        self.heard_within(NOTHING).await.is_none()
    }

    /// Says an envelope and waits for its acknowledgement.
    pub async fn delivers(&mut self, envelope: &Value) {
        self.say(envelope).await;
        let id = envelope["envelope_id"].as_str().unwrap().to_owned();
        assert_eq!(self.heard().await, FromBellhop::Acknowledged(id));
    }

    async fn heard_within(&mut self, patience: Duration) -> Option<FromBellhop> {
        let heard = tokio::time::timeout(patience, async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => {
                        let json: Value = serde_json::from_str(text.as_str()).unwrap();
                        assert_eq!(json.as_object().unwrap().len(), 1, "more than an acknowledgement: {json}");
                        return FromBellhop::Acknowledged(json["envelope_id"].as_str().unwrap().to_owned());
                    }
                    Some(Ok(Message::Ping(_))) => return FromBellhop::Ping,
                    Some(Ok(Message::Pong(_))) => {}
                    Some(Ok(_) | Err(_)) | None => return FromBellhop::Closed,
                }
            }
        });
        heard.await.ok()
    }
}

pub fn hello(app_id: &str) -> Value {
    json!({ "type": "hello", "connection_info": { "app_id": app_id }, "num_connections": 1, "debug_info": { "host": "fake" } })
}
