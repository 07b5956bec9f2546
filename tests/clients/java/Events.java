import javax.smartcardio.*;

/** Waits for a card and for its going, while the first argument's card file is inserted and removed beside it. */
class Events {
    private static final long LIMIT = 30_000;

    public static void main(String[] arguments) throws Exception {
        CardTerminal terminal = TerminalFactory.getDefault().terminals().list().get(0);
        require(!terminal.isCardPresent(), "the slot is not empty at the start");
        require(!terminal.waitForCardPresent(200), "a card came of itself");

        Thread insertion = soon("insert", "0", arguments[0]);
        require(terminal.waitForCardPresent(LIMIT), "no card was seen");
        insertion.join();
        Card card = terminal.connect("T=0");
        System.out.println("inserted " + card.getATR());

        Thread removal = soon("remove", "0");
        require(terminal.waitForCardAbsent(LIMIT), "the card was not seen to go");
        removal.join();
        System.out.println("removed");
        try {
            card.getBasicChannel().transmit(new CommandAPDU(0x00, 0xA4, 0x00, 0x0C, new byte[] {0x3F, 0x00}));
            throw new IllegalStateException("a card that is gone has answered");
        } catch (CardException | IllegalStateException gone) {
            require(gone.getMessage() == null || !gone.getMessage().contains("has answered"), "" + gone);
        }
    }

    /** Runs a verb of the program under test in a moment. */
    private static Thread soon(String... words) {
        Thread thread = new Thread(() -> {
            try {
                Thread.sleep(300);
                String[] command = new String[words.length + 1];
                command[0] = System.getenv("VIRTUALE");
                System.arraycopy(words, 0, command, 1, words.length);
                require(new ProcessBuilder(command).inheritIO().start().waitFor() == 0, String.join(" ", words));
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
        });
        thread.start();
        return thread;
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }
}
