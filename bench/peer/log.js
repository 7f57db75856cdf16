// One JSON object per event on standard output.

export function log(event, facts) {
  console.log(JSON.stringify({ event, at_ms: Date.now(), ...facts }));
}
