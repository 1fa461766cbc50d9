"""Reads event files with TensorBoard's own reader (checksums are verified) and prints one line a number: tag, step, value.

    python tests/golden/event_files.py FOLDER       (pip install tensorboard)
    python tests/golden/event_files.py --golden > tests/golden/tensorboard_golden.h       (the records of known events)
"""
import struct
import sys


def read(folder):
    from tensorboard.backend.event_processing import event_accumulator
    board = event_accumulator.EventAccumulator(folder, size_guidance={event_accumulator.SCALARS: 0})
    board.Reload()
    for tag in sorted(board.Tags()["scalars"]):
        for event in board.Scalars(tag):
            print("%s %d %.9g" % (tag, event.step, event.value))


def golden():
    from tensorboard.compat.proto.event_pb2 import Event, SessionLog
    from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
    events = [Event(wall_time=1234.5, step=7, file_version="brain.Event:2"),
              Event(wall_time=1234.5, step=7, session_log=SessionLog(status=SessionLog.START)),
              Event(wall_time=1e9 + 0.25, step=300, summary={"value": [{"tag": "loss/train", "simple_value": 0.6931472}]})]
    out = b""
    for event in events:
        data = event.SerializeToString()
        head = struct.pack("<Q", len(data))
        out += head + struct.pack("<I", masked_crc32c(head)) + data + struct.pack("<I", masked_crc32c(data))
    print("/* Made by event_files.py with TensorBoard's protocol buffers and checksums. */")
    print("static const unsigned char golden_events[] = {")
    for i in range(0, len(out), 20):
        print("\t" + " ".join("0x%02x," % b for b in out[i:i + 20]))
    print("};")


golden() if sys.argv[1] == "--golden" else read(sys.argv[1])
