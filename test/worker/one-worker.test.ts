// What is asked of a worker that has nothing special about it. The tests share a Trainyard with one worker: to start both
// takes longer than most of them.
import './one-worker/training.js';
import './one-worker/stored-training.js';
import './one-worker/job-log.js';
import './one-worker/ingest.js';
// Kills the worker, and leaves another one.
import './one-worker/dataset-versions.js';
// Ends the worker.
import './one-worker/taking-jobs.js';
