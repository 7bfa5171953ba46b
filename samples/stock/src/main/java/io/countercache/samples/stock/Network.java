package io.countercache.samples.stock;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands between the application and its database, and holds back each message as long as a network does between two
 * machines: without it a statement on one machine is answered faster than it ever is in production.
 */
final class Network implements AutoCloseable {

    /** There and back. */
    static final long ROUND_TRIP_MICROS = 500;

    private final ServerSocket accepting;
    private final int databasePort;

    Network(int databasePort) throws IOException {
        this.databasePort = databasePort;
        this.accepting = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return accepting.getLocalPort();
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "network");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!accepting.isClosed()) {
            try {
                Socket application = accepting.accept();
                Socket database = new Socket(InetAddress.getLoopbackAddress(), databasePort);
                application.setTcpNoDelay(true);
                database.setTcpNoDelay(true);
                start(() -> carry(application, database));
                start(() -> carry(database, application));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private static void carry(Socket from, Socket to) {
        byte[] message = new byte[64 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(message); length >= 0; length = in.read(message)) {
                LockSupport.parkNanos(ROUND_TRIP_MICROS * 1000 / 2);
                out.write(message, 0, length);
                out.flush();
            }
        } catch (IOException e) {
            // one of them has hung up: so does the other
        }
    }

    @Override
    public void close() throws IOException {
        accepting.close();
    }
}
