// Socket.IO with the same duty, as far as it goes: rooms, acknowledgements, recovery of connections.
// What was said lies in memory alone, and is not numbered for who comes anew.
//
//     node socketio.mjs <port>

import { createServer } from "node:http";
import { Server } from "socket.io";

const RECOVERY_MS = 120_000;

const http = createServer((request, response) => {
  if (request.url === "/health") response.end("ok");
});
const io = new Server(http, {
  transports: ["websocket"],
  perMessageDeflate: false,
  connectionStateRecovery: { maxDisconnectionDuration: RECOVERY_MS },
});

io.on("connection", (socket) => {
  const { room } = socket.handshake.query;
  socket.join(room);
  socket.on("publish", (data, acknowledge) => {
    io.to(room).emit("message", data);
    acknowledge();
  });
});

http.listen(Number(process.argv[2]), "127.0.0.1");
