"""The watch over workers, beat, the engines and queues, in processes that outlive the workers."""
