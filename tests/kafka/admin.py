"""The few Kafka requests that `broker` makes, over a plain socket.

usage: admin.py HOST:PORT ping                      does it serve, and has its controller taken it in?
       admin.py HOST:PORT create TOPIC PARTITIONS
       admin.py - free_port                         prints a port that is free, and so is the next one
"""

import socket
import struct
import sys
import time

METADATA, CREATE_TOPICS = 3, 19
TOPIC_ALREADY_EXISTS, NOT_CONTROLLER = 36, 41


def string(text):
    return struct.pack(">h", len(text)) + text.encode()


def request(address, api, version, body):
    """The response's body, after its correlation id."""
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        message = struct.pack(">hhi", api, version, 1) + string("admin") + body
        connection.sendall(struct.pack(">i", len(message)) + message)
        stream = connection.makefile("rb")
        size = struct.unpack(">i", stream.read(4))[0]
        return stream.read(size)[4:]


def take(fields, data):
    size = struct.calcsize(">" + fields)
    return struct.unpack(">" + fields, data[:size]) + (data[size:],)


def take_string(data):
    length, data = take("h", data)
    return (None, data) if length < 0 else (data[:length].decode(), data[length:])


def metadata(address):
    """(number of brokers, controller's id, {topic: partitions that have a leader}) of every topic."""
    _, brokers, data = take("ii", request(address, METADATA, 4, struct.pack(">ib", -1, 0)))
    for _ in range(brokers):
        _, data = take("i", data)
        _, data = take_string(data)
        _, data = take("i", data)
        _, data = take_string(data)
    _, data = take_string(data)
    controller, topics, data = take("ii", data)
    led = {}
    for _ in range(topics):
        _, data = take("h", data)
        name, data = take_string(data)
        _, partitions, data = take("bi", data)
        led[name] = 0
        for _ in range(partitions):
            error, _, leader, data = take("hii", data)
            led[name] += error == 0 and leader >= 0
            for _ in range(2):
                count, data = take("i", data)
                data = data[4 * count:]
    return brokers, controller, led


def create(address, topic, partitions):
    body = struct.pack(">i", 1) + string(topic) + struct.pack(">ihiiib", partitions, 1, 0, 0, 10_000, 0)
    _, _, data = take("ii", request(address, CREATE_TOPICS, 4, body))
    _, data = take_string(data)
    error, data = take("h", data)
    message, _ = take_string(data)
    if error != 0:
        sys.exit(f"broker: topic {topic}: error {error} {message or ''}")
    for _ in range(200):
        if metadata(address)[2].get(topic) == partitions:
            return
        time.sleep(0.05)
    sys.exit(f"broker: topic {topic} has no leaders after 10 s")


def free_port():
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
                return port
            except (OSError, OverflowError):
                continue


def main():
    address, command, *arguments = sys.argv[1:]
    if command == "ping":
        brokers, controller, _ = metadata(address)
        sys.exit(0 if brokers == 1 and controller >= 0 else 1)
    elif command == "create":
        create(address, arguments[0], int(arguments[1]))
    elif command == "free_port":
        print(free_port())


main()
