"""Asks virtual dishes as public clients ask real ones, and prints what they told, as JSON.

Called with the addresses of three dishes: one that is served, one that no satellite reaches, one that is refused. An address at which several
dishes answer may follow, and the names of their terminals.
"""

import json
import sys
import time

import grpc
import starlink_grpc


def read(address):
    dish = starlink_grpc.ChannelContext(target=address)
    status, obstruction, alerts = starlink_grpc.status_data(dish)
    _, bulk = starlink_grpc.history_bulk_data(-1, context=dish)
    stats = starlink_grpc.history_stats(-1, context=dish)
    rows = starlink_grpc.obstruction_map(dish)
    raw = starlink_grpc.get_status(dish)
    return {
        "status": status,
        "valid_s": obstruction["valid_s"],
        "alerts": alerts,
        "samples": stats[0]["samples"],
        "newest": {name: values[-1] for name, values in bulk.items() if values},
        "total_ping_drop": stats[1]["total_ping_drop"],
        "map": [len(rows), len(rows[0]), sorted({snr for row in rows for snr in row})],
        "location": starlink_grpc.location_data(dish),
        "disablement_code": raw.disablement_code,
        "outages": [outage.cause for outage in starlink_grpc.get_history(dish).outages],
    }


def handle(address, **request):
    with grpc.insecure_channel(address) as channel:
        return starlink_grpc.DeviceStub(channel).Handle(starlink_grpc.Request(**request), timeout=10)


def steer(address):
    """Changes what may be changed, and reads it back."""
    dish = starlink_grpc.ChannelContext(target=address)
    told = {}
    handle(address, dish_set_config={"dish_config": {"location_request_mode": 1, "apply_location_request_mode": True}})
    told["location"] = starlink_grpc.location_data(dish)
    starlink_grpc.set_sleep_config(60, 30, True, dish)
    told["sleep"] = starlink_grpc.get_sleep_config(dish)
    starlink_grpc.set_sleep_config(0, 1, False, dish)
    told["gps"] = starlink_grpc.set_gps_config(False, dish)
    starlink_grpc.set_stow_state(context=dish)
    told["stowed"] = starlink_grpc.status_data(dish)[0]["state"]
    starlink_grpc.set_stow_state(unstow=True, context=dish)
    told["unstowed"] = starlink_grpc.status_data(dish)[0]["state"]
    starlink_grpc.reset_obstruction_map(dish)
    told["reset"] = starlink_grpc.status_data(dish)[2]["alert_obstruction_map_reset"]
    starlink_grpc.reboot(dish)
    told["rebooted"] = starlink_grpc.status_data(dish)[0]["state"]
    deadline = time.monotonic() + 60
    while starlink_grpc.status_data(dish)[0]["state"] == "BOOTING" and time.monotonic() < deadline:
        time.sleep(0.1)
    told["booted"] = starlink_grpc.status_data(dish)[0]["state"]
    try:
        handle(address, id=3)
        told["unknown"] = None
    except grpc.RpcError as error:
        told["unknown"] = error.code().name
    return told


def other_client(address):
    """The same dish by a client that brings messages of its own instead of asking for them."""
    try:
        from spacex.api.device import device_pb2
        from starlink_client.grpc_client import GrpcClient
    except ImportError:
        return None
    client = GrpcClient(address)
    told = client.call(device_pb2.Request(get_status=device_pb2.GetStatusRequest())).dish_get_status
    place = client.get_location()
    return {
        "id": told.device_info.id,
        "down": told.downlink_throughput_bps,
        "latency": told.pop_ping_latency_ms,
        "mobility": told.mobility_class,
        "latitude": place.lat,
    }


def by_name(address, names):
    """The codes of dishes behind one address, and what is said to whoever names none."""
    def code(**whose):
        try:
            return handle(address, get_status={}, **whose).dish_get_status.disablement_code
        except grpc.RpcError as error:
            return error.code().name

    return {name: code(target_id=name) for name in names} | {"": code(), "id": code(target_id=f"ut-skyweave-{names[0]}")}


served, unreached, refused = sys.argv[1:4]
told = {name: read(address) for name, address in [("served", served), ("unreached", unreached), ("refused", refused)]}
told["steered"] = steer(served)
told["boots"] = starlink_grpc.get_status(starlink_grpc.ChannelContext(target=served)).device_info.bootcount
told["other"] = other_client(served)
if len(sys.argv) > 4:
    told["behind_one"] = by_name(sys.argv[4], sys.argv[5:])
json.dump(told, sys.stdout)
