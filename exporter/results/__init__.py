"""What test runs and checklists say: parsed here, judged by the collectors."""
