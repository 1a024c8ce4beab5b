// The entry of a verifying thread: a file of its own next to the program, which loads what a thread needs.
void import('./worker.js').then(({ runThread }) => runThread())
