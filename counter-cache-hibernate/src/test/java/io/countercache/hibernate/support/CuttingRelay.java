package io.countercache.hibernate.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/** A wire between an application and PostgreSQL, which breaks when it is told to. */
public final class CuttingRelay implements AutoCloseable {

    /** Where a connection breaks. */
    public enum Cut {
        /** Nothing of the message reaches the server. */
        NOT_SENT,
        /** The server gets the message up to the COMMIT in it. */
        HALF_SENT,
        /** The server has executed the message, and its answer is lost. */
        UNANSWERED
    }

    /** The end of an answer of PostgreSQL: ReadyForQuery, in no transaction. */
    private static final byte[] READY = {'Z', 0, 0, 0, 5, 'I'};

    private static final int SIZE = 1 << 16;

    private final InetAddress host;
    private final int serverPort;
    private final ServerSocket entrance;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicReference<Cut> next = new AtomicReference<>();

    /** To a server on this machine. */
    public CuttingRelay(int serverPort) {
        this.serverPort = serverPort;
        try {
            host = InetAddress.getLoopbackAddress();
            entrance = new ServerSocket(0, 0, host);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    public int port() {
        return entrance.getLocalPort();
    }

    /** Breaks the connection on which a COMMIT comes next. */
    public void cutNextCommit(Cut cut) {
        next.set(cut);
    }

    /** Whether that has happened. */
    public boolean hasCut() {
        return next.get() == null;
    }

    private void accept() {
        while (true) {
            try {
                Wire wire = new Wire(entrance.accept(), new Socket(host, serverPort));
                threads.execute(wire::request);
                threads.execute(wire::answer);
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** One connection. */
    private final class Wire {

        private final Socket client;
        private final Socket server;
        private volatile boolean isAnswerLost;

        Wire(Socket client, Socket server) {
            this.client = client;
            this.server = server;
            sockets.addAll(List.of(client, server));
        }

        void request() {
            pump(client, server, (bytes, length, to) -> {
                int commit = new String(bytes, 0, length, StandardCharsets.ISO_8859_1)
                        .toLowerCase(Locale.ROOT)
                        .lastIndexOf("commit");
                Cut cut = commit < 0 ? null : next.getAndSet(null);
                isAnswerLost = cut == Cut.UNANSWERED;
                to.write(bytes, 0, cut == Cut.NOT_SENT ? 0 : cut == Cut.HALF_SENT ? commit : length);
                return cut == null || cut == Cut.UNANSWERED;
            });
        }

        void answer() {
            pump(server, client, (bytes, length, to) -> {
                if (!isAnswerLost) {
                    to.write(bytes, 0, length);
                    return true;
                }
                int end = length - READY.length;
                return end < 0 || !Arrays.equals(bytes, end, length, READY, 0, READY.length);
            });
        }

        private void pump(Socket from, Socket to, Chunk chunk) {
            byte[] bytes = new byte[SIZE];
            try (from;
                    to;
                    InputStream input = from.getInputStream();
                    OutputStream output = to.getOutputStream()) {
                for (int length = input.read(bytes); length >= 0; length = input.read(bytes)) {
                    if (!chunk.passOn(bytes, length, output)) {
                        return;
                    }
                }
            } catch (IOException closed) {
                // by the other direction, or at an end
            }
        }
    }

    /** What is done with what has come; false if the connection breaks then. */
    private interface Chunk {
        boolean passOn(byte[] bytes, int length, OutputStream to) throws IOException;
    }

    @Override
    public void close() {
        try {
            entrance.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            threads.shutdownNow();
        }
    }
}
