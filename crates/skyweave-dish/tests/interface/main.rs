//! A dish over a socket: what clients ask, and what nobody should send.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod desk;
mod hostile;
mod many;

use desk::Desk;
use skyweave_dish::wire::{
    FromDevice, GetStatusRequest, HealthCheck, Request, Response, ToDevice, from_device, request, response,
    to_device,
};
use std::io::{Read, Write};
use std::net::TcpStream;
use tonic::Code;
use tonic_reflection::pb::{v1, v1alpha};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_gets_its_answer() {
    let desk = Desk::open();
    let answered = desk.ask(&desk::get_status()).await.unwrap();
    assert_eq!(answered.id, 5);
    let Some(response::Response::DishGetStatus(status)) = answered.response else { panic!("{answered:?}") };
    assert_eq!(status.device_info.unwrap().id, "ut-test");
    assert!(status.outage.is_some(), "no slot has begun");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_goes_on_after_a_question_that_cannot_be_answered() {
    let desk = Desk::open();
    let asked = [
        to_device::Message::Request(desk::get_status()),
        to_device::Message::HealthCheck(HealthCheck {}),
        to_device::Message::Request(Request { id: 9, ..Request::default() }),
        to_device::Message::Request(desk::get_status()),
    ];
    let asked = asked.map(|message| ToDevice { message: Some(message) });
    let told: Vec<FromDevice> =
        desk.stream("/SpaceX.API.Device.Device/Stream", futures_util::stream::iter(asked)).await.unwrap();
    let code = |told: &FromDevice| match &told.message {
        Some(from_device::Message::Response(Response { status: Some(status), .. })) => Some(status.code),
        _ => None,
    };
    let codes: Vec<_> = told.iter().map(code).collect();
    assert_eq!(codes, [Some(0), None, Some(Code::Unimplemented as i32), Some(0)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reflection_tells_names_and_numbers_in_both_versions() {
    let desk = Desk::open();
    let asked = |what| v1::ServerReflectionRequest { host: String::new(), message_request: Some(what) };
    let told: Vec<v1::ServerReflectionResponse> = desk
        .stream(
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            futures_util::stream::iter([
                asked(v1::server_reflection_request::MessageRequest::ListServices(String::new())),
                asked(v1::server_reflection_request::MessageRequest::FileContainingSymbol(
                    "SpaceX.API.Device.DishOutage.Cause".into(),
                )),
            ]),
        )
        .await
        .unwrap();
    let Some(v1::server_reflection_response::MessageResponse::ListServicesResponse(list)) =
        &told[0].message_response
    else {
        panic!("{told:?}")
    };
    assert!(list.service.iter().any(|service| service.name == "SpaceX.API.Device.Device"), "{list:?}");
    assert!(format!("{:?}", told[1].message_response).contains("FileDescriptorResponse"));

    let asked = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(v1alpha::server_reflection_request::MessageRequest::FileContainingSymbol(
            "SpaceX.API.Device.Device".into(),
        )),
    };
    let path = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
    let told: Vec<v1alpha::ServerReflectionResponse> =
        desk.stream(path, futures_util::stream::iter([asked])).await.unwrap();
    assert!(format!("{:?}", told[0].message_response).contains("FileDescriptorResponse"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn browsers_are_answered_over_http_1() {
    let desk = Desk::open();
    let address = desk.web;
    let said = tokio::task::spawn_blocking(move || {
        let mut body = vec![0, 0, 0, 0, 0];
        prost::Message::encode(&desk::get_status(), &mut body).unwrap();
        body[4] = (body.len() - 5) as u8;
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "POST /SpaceX.API.Device.Device/Handle HTTP/1.1\r\nhost: dish\r\ncontent-type: application/grpc-web+proto\r\n\
             connection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        )
        .unwrap();
        stream.write_all(&body).unwrap();
        let mut said = Vec::new();
        stream.read_to_end(&mut said).unwrap();
        String::from_utf8_lossy(&said).into_owned()
    })
    .await
    .unwrap();
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    assert!(said.contains("application/grpc-web+proto") && said.contains("ut-test"), "{said}");
    assert!(said.contains("grpc-status:0"), "{said}");
}

#[test]
fn requests_that_clients_build_have_the_numbers_of_the_interface() {
    let bytes = prost::Message::encode_to_vec(&Request {
        id: 1,
        target_id: "x".into(),
        epoch_id: 2,
        request: Some(request::Request::GetStatus(GetStatusRequest {})),
    });
    // 1: varint 1; 13: "x"; 14: varint 2; 1004: an empty message
    assert_eq!(bytes, [0x08, 1, 0x6a, 1, b'x', 0x70, 2, 0xe2, 0x3e, 0]);
}
