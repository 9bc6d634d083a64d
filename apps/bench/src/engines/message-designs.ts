// Graphs whose state is a list of messages that grows.
import { AIMessage, HumanMessage, type BaseMessage } from '@langchain/core/messages'
import type { ConversationWork, MessagesWork, Result } from '../workload.ts'
import { checksumOf, messageText } from '../workloads/message-text.ts'
import { compiled, type Design, type State, type Vocabulary } from './design.ts'

type Fold = (list: BaseMessage[], writes: BaseMessage[]) => BaseMessage[]

/** A run that adds one message at each superstep. */
export function messagesDesign(words: Vocabulary, { steps, messageBytes }: MessagesWork): Design {
  const { END, START, StateGraph } = words
  const texts = Array.from({ length: steps }, (_, index) => messageText(index, messageBytes))
  const builder = new StateGraph(messagesState(words))
    .addNode('speak', ({ messages }) => ({ messages: [answer(texts, messages.length)] }))
    .addEdge(START, 'speak')
    .addConditionalEdges('speak', ({ messages }) => (messages.length < steps ? 'speak' : END), ['speak', END])
  return {
    compile: (saver) => compiled(builder, saver),
    input: { messages: [] },
    recursionLimit: steps + 10,
    result: messagesResult,
  }
}

/** A run that answers one question; the thread goes on with the next run. */
export function conversationDesign(words: Vocabulary, { turns, messageBytes }: ConversationWork): Design {
  const { END, START, StateGraph } = words
  const texts = Array.from({ length: 2 * turns }, (_, index) => messageText(index, messageBytes))
  const builder = new StateGraph(messagesState(words))
    .addNode('answer', ({ messages }) => ({ messages: [answer(texts, messages.length)] }))
    .addEdge(START, 'answer')
    .addEdge('answer', END)
  return {
    compile: (saver) => compiled(builder, saver),
    input: { messages: [] },
    inputAt: (turn) => ({
      messages: [new HumanMessage({ id: `message-${2 * turn}`, content: texts[2 * turn] ?? '' })],
    }),
    recursionLimit: 10,
    result: messagesResult,
  }
}

/** A run that adds one message at each superstep to a list that forgets all but the last `window`. */
export function windowDesign(
  words: Vocabulary,
  steps: number,
  { window, messageBytes }: { readonly window: number; readonly messageBytes: number },
): Design {
  const { Annotation, END, START, StateGraph, delta } = words
  const texts = Array.from({ length: steps }, (_, index) => messageText(index, messageBytes))
  const fold: Fold = (list, writes) => [...list, ...writes].slice(-window)
  const channel =
    delta &&
    new delta.DeltaChannel<BaseMessage[], BaseMessage[]>((list, writes) => fold(list, writes.flat()), {
      initialValueFactory: () => [],
    })
  const Recent = Annotation.Root({
    count: Annotation<number>(),
    messages: listAnnotation(words, fold, channel),
  })
  const builder = new StateGraph(Recent)
    .addNode('speak', ({ count }) => ({ count: count + 1, messages: [answer(texts, count)] }))
    .addEdge(START, 'speak')
    .addConditionalEdges('speak', ({ count }) => (count < steps ? 'speak' : END), ['speak', END])
  return {
    compile: (saver) => compiled(builder, saver),
    input: { count: 0, messages: [] },
    recursionLimit: steps + 10,
    result: messagesResult,
  }
}

/** The state of `MessagesAnnotation`, in a `DeltaChannel` where there is one. */
function messagesState(words: Vocabulary) {
  const { Annotation, messagesStateReducer, delta } = words
  const channel =
    delta &&
    new delta.DeltaChannel<BaseMessage[], BaseMessage[]>(delta.messagesDeltaReducer, {
      initialValueFactory: () => [],
    })
  return Annotation.Root({ messages: listAnnotation(words, messagesStateReducer, channel) })
}

/** A list that is kept in the channel instead, when there is one: the types are those of the list either way. */
function listAnnotation({ Annotation }: Vocabulary, fold: Fold, channel: object | undefined) {
  const folded = Annotation<BaseMessage[]>({ reducer: fold, default: () => [] })
  return channel === undefined ? folded : ((() => channel) as unknown as typeof folded)
}

function answer(texts: readonly string[], index: number): AIMessage {
  return new AIMessage({ id: `message-${index}`, content: texts[index] ?? '' })
}

function messagesResult(values: State): Result {
  const messages = values['messages'] as readonly BaseMessage[]
  return { messages: messages.length, checksum: checksumOf(messages.map((message) => message.text)) }
}
