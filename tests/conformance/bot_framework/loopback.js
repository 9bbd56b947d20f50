// Preloaded into Microsoft's playground, which would listen on every interface: it listens on 127.0.0.1.
const { Server } = require("net");
const { listen } = Server.prototype;
Server.prototype.listen = function (...given) {
  const [port] = given;
  if (typeof port !== "number" && !/^\d+$/.test(port)) throw new Error("not by a port");
  return listen.call(this, { port: Number(port), host: "127.0.0.1" }, given.find((one) => typeof one === "function"));
};
