//! What nobody should send.

use crate::desk::{self, Desk, ask_over};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use tonic::Code;

/// More than any answer on a loaded machine takes.
const LONG: Duration = Duration::from_mins(1);

/// A request of which this dish knows nothing: number 1016 of the interface, and one that no interface has.
#[derive(Clone, PartialEq, prost::Message)]
struct Unknown {
    #[prost(bytes, tag = "1016")]
    ping_host: Vec<u8>,
    #[prost(bytes, tag = "500000")]
    nobody: Vec<u8>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_questions_get_a_clear_status() {
    let desk = Desk::open();
    let unknown = Unknown { ping_host: vec![10, 0], nobody: vec![1, 2, 3] };
    let refused = ask_over(desk.channel().await, unknown).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unimplemented);
    assert!(refused.message().contains("get_status"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_are_no_message_and_messages_that_are_too_long_are_refused() {
    #[derive(Clone, PartialEq, prost::Message)]
    struct Wrong {
        // a number where the interface has a text
        #[prost(uint64, tag = "13")]
        target_id: u64,
    }
    let desk = Desk::open();
    let refused = ask_over(desk.channel().await, Wrong { target_id: 7 }).await.unwrap_err();
    assert_eq!(refused.code(), Code::Internal, "{refused}");
    let mut long = desk::get_status();
    long.target_id = "x".repeat(100_000);
    let refused = desk.ask(&long).await.unwrap_err();
    assert_eq!(refused.code(), Code::OutOfRange, "{refused}");
    assert!(desk.ask(&desk::get_status()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_ends_its_own_connection_and_nothing_else() {
    let desk = Desk::open();
    for address in [desk.grpc, desk.web] {
        tokio::task::spawn_blocking(move || {
            let words: [&[u8]; 4] = [
                b"GET / HTTP/1.0\r\n\r\n",
                b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 tls perhaps",
                &[0xff; 4_096],
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff",
            ];
            for garbage in words {
                let mut stream = TcpStream::connect(address).unwrap();
                stream.set_read_timeout(Some(LONG)).unwrap();
                let _ = stream.write_all(garbage);
                let mut said = Vec::new();
                // it says no, or hangs up; that it waits for ever would be the fault
                match stream.read_to_end(&mut said) {
                    Ok(_) => {}
                    Err(error) => assert_ne!(error.kind(), ErrorKind::WouldBlock, "{garbage:?}"),
                }
            }
        })
        .await
        .unwrap();
    }
    assert!(desk.ask(&desk::get_status()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_silent_connections_keep_nobody_out() {
    let desk = Desk::open();
    let address = desk.grpc;
    let silent = tokio::task::spawn_blocking(move || {
        let connected: Vec<_> = (0..1_000).map_while(|_| TcpStream::connect(address).ok()).collect();
        // a machine that lets this process have no more files shows less
        assert!(connected.len() > 100, "{}", connected.len());
        connected
    })
    .await
    .unwrap();
    assert!(desk.ask(&desk::get_status()).await.is_ok());
    let last = silent.into_iter().next_back().unwrap();
    // those that never say a word are let go
    let ended = tokio::task::spawn_blocking(move || {
        let mut last = last;
        last.set_read_timeout(Some(LONG)).unwrap();
        last.read(&mut [0; 64]).map_err(|error| error.kind())
    });
    assert_ne!(ended.await.unwrap().err(), Some(ErrorKind::WouldBlock));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_questions_at_once_are_all_answered() {
    let desk = Desk::open();
    let channel = desk.channel().await;
    let asked: Vec<_> =
        (0..500).map(|_| tokio::spawn(ask_over(channel.clone(), desk::get_status()))).collect();
    for answered in asked {
        assert!(answered.await.unwrap().is_ok());
    }
}
