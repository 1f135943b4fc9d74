// Waits to be killed.
setInterval(() => {}, 60_000);
