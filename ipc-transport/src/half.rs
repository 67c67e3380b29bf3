//! The two sides of what a connection runs over. Those of a local socket stand where they are used, as every connection of
//! a server holds them; any other is in a box.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::local;

/// The reading side.
pub(crate) enum ReadHalf {
    Local(local::ReadHalf),
    Other(Box<dyn AsyncRead + Send + Unpin>),
}

/// The writing side.
pub(crate) enum WriteHalf {
    Local(local::WriteHalf),
    Other(Box<dyn AsyncWrite + Send + Unpin>),
}

impl ReadHalf {
    pub(crate) fn of(reader: impl AsyncRead + Send + Unpin + 'static) -> Self {
        Self::Other(Box::new(reader))
    }
}

impl WriteHalf {
    pub(crate) fn of(writer: impl AsyncWrite + Send + Unpin + 'static) -> Self {
        Self::Other(Box::new(writer))
    }

    fn io(&mut self) -> Pin<&mut (dyn AsyncWrite + Send + Unpin)> {
        match self {
            Self::Local(half) => Pin::new(half),
            Self::Other(half) => Pin::new(half.as_mut()),
        }
    }
}

impl AsyncRead for ReadHalf {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Local(half) => Pin::new(half).poll_read(cx, into),
            Self::Other(half) => Pin::new(half).poll_read(cx, into),
        }
    }
}

impl AsyncWrite for WriteHalf {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.io().poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.io().poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Local(half) => half.is_write_vectored(),
            Self::Other(half) => half.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_shutdown(cx)
    }
}
