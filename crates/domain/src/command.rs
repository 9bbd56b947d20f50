//! Commands in chat: what is asked for, where it runs, what comes of it. Pure: the server's `app/chat_commands` runs them.

pub mod result;
