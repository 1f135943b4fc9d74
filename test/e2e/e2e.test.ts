// The whole way through, for each kind of model. The tests share one service: to start its programs takes seconds.
import './train-and-serve.js';
import './every-way-in.js';
import './tasks.js';
