"""Goes through the whole HTTP surface of NVIDIA's Triton client and prints what came back as JSON.

Arguments: host:port, API key, name of the model, path of a JSON file with `pixels` (uint8, n x h x w x c) and
`files` (images in base64).
"""
import asyncio
import base64
import json
import sys

import numpy as np
import tritonclient.http as http
import tritonclient.http.aio as aio
from tritonclient.utils import InferenceServerException

address, key, model, path = sys.argv[1:5]
with open(path) as given:
    data = json.load(given)
pixels = np.array(data["pixels"], dtype=np.uint8)
files = np.array([base64.b64decode(text) for text in data["files"]], dtype=np.object_)
headers = {"Authorization": f"Bearer {key}"}
client = http.InferenceServerClient(address, concurrency=4)
seen = {}


def refused(action):
    """The message and status that an action is refused with."""
    try:
        action()
    except InferenceServerException as error:
        return {"message": error.message(), "status": error.status()}
    raise AssertionError("It was not refused")


def image(values=pixels, binary=True, name="image", datatype="UINT8"):
    tensor = http.InferInput(name, list(values.shape), datatype)
    tensor.set_data_from_numpy(values, binary_data=binary)
    return tensor


def infer(inputs, name=model, **options):
    # The client writes into the headers that it is given.
    return client.infer(name, inputs, headers=dict(headers), **options)


output = client.get_model_metadata(model, headers=headers)["outputs"][0]["name"]


def asked(**options):
    return [http.InferRequestedOutput(output, **options)]


seen["live"] = client.is_server_live()
seen["ready"] = client.is_server_ready()
seen["model_ready"] = client.is_model_ready(model, headers=headers)
seen["unknown_ready"] = client.is_model_ready("nothing", headers=headers)
seen["server"] = client.get_server_metadata(headers=headers)
seen["metadata"] = client.get_model_metadata(model, headers=headers)
version = seen["metadata"]["versions"][0]
seen["version_metadata"] = client.get_model_metadata(model, model_version=version, headers=headers)
seen["config"] = client.get_model_config(model, headers=headers)
seen["version_config"] = client.get_model_config(model, model_version=version, headers=headers)

results = {
    "binary": infer([image()], outputs=asked(binary_data=True), request_id="one"),
    "json": infer([image(binary=False)], outputs=asked(binary_data=False)),
    "default": infer([image()]),
    "version": infer([image()], model_version=version, outputs=asked()),
    "gzip": infer([image()], request_compression_algorithm="gzip", response_compression_algorithm="gzip"),
    "deflate": infer([image()], request_compression_algorithm="deflate", response_compression_algorithm="deflate"),
    "files": infer([image(files, datatype="BYTES")], outputs=asked()),
    "options": infer([image()], priority=1, timeout=1_000_000, parameters={"mine": "x"}, outputs=asked()),
    "async": client.async_infer(model, [image()], headers=dict(headers), outputs=asked()).get_result(),
}


async def asynchronously():
    async with aio.InferenceServerClient(address) as other:
        assert await other.is_model_ready(model, headers=headers)
        return await other.infer(model, [image()], headers=dict(headers), outputs=asked())


results["aio"] = asyncio.run(asynchronously())
seen["infer"] = {
    name: {"response": result.get_response(), "values": result.as_numpy(output).tolist()}
    for name, result in results.items()
}
for name, binary in (("classes_binary", True), ("classes_json", False)):
    result = infer([image()], outputs=asked(binary_data=binary, class_count=2))
    texts = [[str(text, "utf8") if isinstance(text, bytes) else text for text in row] for row in result.as_numpy(output)]
    seen["infer"][name] = {"response": result.get_response(), "values": texts}

floats = pixels.astype(np.float32)
seen["refused"] = {
    "model": refused(lambda: infer([image()], name="nothing")),
    "version": refused(lambda: infer([image()], model_version="7")),
    "input": refused(lambda: infer([image(name="input-0")])),
    "output": refused(lambda: infer([image()], outputs=[http.InferRequestedOutput("logits")])),
    "datatype": refused(lambda: infer([image(floats, datatype="FP32")])),
    "shape": refused(lambda: infer([image(pixels[:, :-1])])),
    "file": refused(lambda: infer([image(np.array([b"no image"], dtype=np.object_), datatype="BYTES")])),
    "key": refused(lambda: client.infer(model, [image()])),
    "wrong_key": refused(lambda: client.get_server_metadata(headers={"Authorization": "Bearer ty_wrong_0123456789"})),
    "config": refused(lambda: client.load_model(model, headers=headers, config="{}")),
    "load": refused(lambda: client.load_model("nothing", headers=headers)),
    "logging": refused(lambda: client.get_log_settings(headers=headers)),
}

seen["statistics"] = client.get_inference_statistics(model, headers=headers)
seen["version_statistics"] = client.get_inference_statistics(model, model_version=version, headers=headers)
seen["all_statistics"] = client.get_inference_statistics(headers=headers)
seen["index"] = client.get_model_repository_index(headers=headers)
client.unload_model(model, headers=headers)
seen["unloaded"] = {
    "index": client.get_model_repository_index(headers=headers),
    "ready": client.is_model_ready(model, headers=headers),
}
client.load_model(model, headers=headers)
seen["loaded"] = {
    "index": client.get_model_repository_index(headers=headers),
    "ready": client.is_model_ready(model, headers=headers),
}
client.unload_model(model, headers=headers, unload_dependents=True)
while "after_unload" not in seen:
    try:
        seen["after_unload"] = infer([image()], outputs=asked()).as_numpy(output).tolist()
    except InferenceServerException as error:
        if error.status() != "503":
            raise
client.close()
print(json.dumps(seen))
